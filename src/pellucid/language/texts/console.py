"""What the command line says: for each name the English and the Chinese text."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # What was found.
    "rows": ("{source}: {rows} {rows:row|rows} ({parts})", "{source}：{rows} 行（{parts}）"),
    "rows_of_part": ("{count} {part}", "{part} {count}"),
    "read_as": ("read as {settings}", "读取方式：{settings}"),
    "setting": ("{name} {value}", "{name} {value}"),
    "tab": ("tab", "制表符"),
    "blank": ("blank", "空格"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "none": ("none", "无"),
    "predict": (
        "predict {target}, {what}, from {columns}",
        "预测 {target}（{what}），依据 {columns}",
    ),
    "number": ("a number", "一个数值"),
    "numbers": ("{count} numbers", "{count} 个数值"),
    "classes": ("{count} classes", "{count} 个类别"),
    "columns": ("{count} {count:column|columns} ({kinds})", "{count} 列（{kinds}）"),
    "columns_of_kind": ("{count} {kind}", "{kind} {count}"),
    "names_of_kind": ("{kind}: {names}", "{kind}：{names}"),
    "note": ("note: {note}", "说明：{note}"),
    "seed": ("seed {seed}, backend {backend}", "随机种子 {seed}，后端 {backend}"),
    "list": (", ", "，"),
    # The network.
    "layer": ("layer", "层"),
    "kind": ("kind", "类型"),
    "output": ("output", "输出"),
    "parameters": ("parameters", "参数"),
    "flops": ("flops", "浮点运算"),
    "total": ("total", "合计"),
    "not_called": ("not called", "未调用"),
    # Progress.
    "epoch": ("epoch {epoch}", "第 {epoch} 轮"),
    "epoch_of": (
        "epoch {epoch} of at most {most}: {losses}",
        "第 {epoch} 轮（最多 {most} 轮）：{losses}",
    ),
    "time_left": (", at most {seconds:.0f} s left", "，最多还需 {seconds:.0f} 秒"),
    "judging": (
        "testing, and fitting what the network is compared with ..",
        "正在测试，并拟合用于比较的模型 ..",
    ),
    "explaining": (
        "finding out which columns matter and where the network errs ..",
        "正在查明哪些列重要、网络在哪里出错 ..",
    ),
    "diagnosing": ("diagnosing the run ..", "正在诊断本次运行 .."),
    "drawing": ("writing the report ..", "正在生成报告 .."),
    "keeping": ("writing the run's folder ..", "正在写入运行文件夹 .."),
    "scalar": ("{part} {metric}", "{part}{metric}"),
    "ended": (
        "{epochs} {epochs:epoch|epochs} in {time} ({ending}); the best was epoch {best} by "
        "{monitor}",
        "{epochs} 轮，用时 {time}（{ending}）；按{monitor}，第 {best} 轮最佳",
    ),
    "stopped_early": ("stopped early", "提前停止"),
    "all_done": ("all epochs done", "已完成所有轮次"),
    # The verdict.
    "on_rows": ("on {rows} {part} {rows:row|rows}", "在 {rows} 行{part}数据上"),
    "of_target": ("{title}: {target}", "{title}：{target}"),
    "metric": ("metric", "指标"),
    "network": ("network", "网络"),
    "interval": ("95 % interval", "95 % 区间"),
    "marks": (
        "+ the network is better, - worse, ~ cannot tell",
        "+ 网络更好，- 更差，~ 无法判断",
    ),
    "positive": (
        "average precision and calibration error are those of class {label}",
        "平均精确率和校准误差针对类别 {label}",
    ),
    "finding": ("{level}: {sentence}", "{level}：{sentence}"),
    "problem": ("problem", "问题"),
    "hint": ("hint", "提示"),
    # Where things are.
    "folder": ("everything is in {folder}; next:", "所有文件在 {folder}；接下来："),
    "open": ("open {page} in a browser", "在浏览器中打开 {page}"),
    "kept": (
        "{folder} keeps everything: the same command with --resume goes on",
        "{folder} 保留了所有内容：用同样的命令加 --resume 可继续",
    ),
    "unchanged": (
        "{folder} holds this run, finished: nothing was changed.",
        "{folder} 中已有这次运行，且已完成：未作任何更改。",
    ),
    # What a folder holds.
    "shown": (
        "{source}: predict {target}, {parts} rows",
        "{source}：预测 {target}，行数：{parts}",
    ),
    "unfinished": (
        "this run is not finished: pellucid fit with --resume goes on with it",
        "这次运行尚未完成：用 pellucid fit 加 --resume 可继续",
    ),
    "own_layers": (
        "the network has layers of its maker's own, which are not in the folder",
        "网络含有作者自定义的层，这些层不在文件夹中",
    ),
    "shown_training": (
        "{epochs} {epochs:epoch|epochs}, the best was {best} by {monitor}; learning rate {rate:g}, "
        "seed {seed}",
        "{epochs} 轮，按{monitor}第 {best} 轮最佳；学习率 {rate:g}，随机种子 {seed}",
    ),
    # Rows of a file.
    "evaluated": (
        "on {rows} {rows:row|rows} of {source}, with 95 % intervals",
        "在 {source} 的 {rows} 行上，附 95 % 区间",
    ),
    "evaluated_in_groups": (
        "on {rows} {rows:row|rows} of {source}, in {groups} {groups:group|groups} of '{column}', "
        "with 95 % intervals of groups",
        "在 {source} 的 {rows} 行上（'{column}' 的 {groups} 组），附按组的 95 % 区间",
    ),
    "evaluated_without_groups": (
        "the network was tested by groups of '{column}', a column that {source} lacks: the "
        "intervals take its rows for independent, and are too narrow if they are not",
        "训练时按 '{column}' 分组检验网络，而 {source} 没有这一列：区间把各行视为相互独立，"
        "若并非如此，区间就过窄",
    ),
    "trained_on_all": (
        "the network was trained on these very rows, so new ones will fare worse",
        "网络正是用这些行训练的，因此在新的行上表现会更差",
    ),
    "trained_on_some": (
        "the network was trained on {share:.0%} of these rows, so new ones will fare worse",
        "这些行中有 {share:.0%} 曾用于训练网络，因此在新的行上表现会更差",
    ),
    "unseen": (
        "column {column!r} has {rows} with a value that training did not have",
        "列 {column!r} 中有 {rows}的取值在训练中没有出现过",
    ),
    "unseen_or_rare": (
        "column {column!r} has {rows} with a value that training did not have, or too rarely",
        "列 {column!r} 中有 {rows}的取值在训练中没有出现过，或出现得太少",
    ),
    "far_outside": (
        "column {column!r} has {rows} with a number far outside those of training "
        "({low:.4g} to {high:.4g})",
        "列 {column!r} 中有 {rows}的数远在训练数据的范围（{low:.4g} 至 {high:.4g}）之外",
    ),
    "rows_counted": ("{count} {count:row|rows}", "{count} 行"),
    "rate_headings": ("learning rate   loss", "学习率          损失"),
    "rate_suggested": ("suggested: {option}", "建议：{option}"),
    # Reports and comparisons.
    "report_lacks": (
        "this run was made without a report, so the page lacks {parts}: the same fit with "
        "--resume --report adds them",
        "这次运行未生成报告，因此页面缺少{parts}：用同样的 fit 命令加 --resume --report 可补上",
    ),
}
