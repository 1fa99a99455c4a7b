"""The words of a comparison of runs: for each name the English and the Chinese text."""

from __future__ import annotations

COMPARISON: dict[str, tuple[str, str]] = {
    "compare_title": ("{count} runs compared", "{count} 次运行的比较"),
    "compare_same": ("All runs saw the same data.", "所有运行使用相同的数据。"),
    "compare_unknown": (
        "Whether the runs saw the same data is not known.",
        "无法确定各次运行是否使用相同的数据。",
    ),
    "compare_different": (
        "These runs saw different data: {groups}. {comparable}",
        "这些运行使用了不同的数据：{groups}。{comparable}",
    ),
    "compare_matched": (
        "All runs were tested on the same {count:,} {count:row|rows}, so their metrics can be set "
        "against each other. {difference}",
        "所有运行都在相同的 {count:,} 行上测试，因此其指标可以直接比较。{difference}",
    ),
    "compare_read": (
        "They differ in how they read the data: {settings}.",
        "它们读取数据的方式不同：{settings}。",
    ),
    "compare_learned": (
        "What they learned from is not the same.",
        "它们学习所用的数据不同。",
    ),
    "compare_other_rows": (
        "These runs were tested on different rows: {groups}. {comparable}",
        "这些运行在不同的行上测试：{groups}。{comparable}",
    ),
    "comparable_none": (
        "Their numbers cannot be set against each other.",
        "其数值不能直接比较。",
    ),
    "comparable_but": (
        "The numbers of {alone} can be set against those of no other run, those of {together} "
        "against each other.",
        "{alone} 的数值不能与任何其他运行比较，{together} 的数值可以相互比较。",
    ),
    "comparable_together": (
        "Only the numbers of runs that stand together here can be set against each other.",
        "只有在此列在一起的运行，其数值才能相互比较。",
    ),
    "compare_layers": ("layers", "各层"),
    "compare_once": (
        "The folders {names} are one and the same: its run is shown once.",
        "{names} 是同一个文件夹，其运行只显示一次。",
    ),
    "compare_less": ("{metric}, less that of {first}", "{metric}，减去 {first} 的值"),
    "compare_difference": (
        "{value} ({interval}): {judgement}",
        "{value}（{interval}）：{judgement}",
    ),
    "difference_better": ("better", "更好"),
    "difference_worse": ("worse", "更差"),
    "difference_same": ("the same predictions", "预测完全相同"),
    "difference_cannot_tell": ("cannot tell", "无法判断"),
    "compare_group": ("{names} ({source})", "{names}（{source}）"),
    "compare_lacks": (
        "{run} was made without a report: its facts lack {parts}.",
        "{run} 未生成报告：其数据缺少{parts}。",
    ),
    "lacking": (
        "the importance of columns, how predictions go with them, and errors by slice",
        "列的重要性、预测随列的变化以及按切片的误差",
    ),
    "compare_positive": ("class looked for", "关注的类别"),
    "compare_run": ("run", "运行"),
    "compare_data": ("data", "数据"),
    "compare_settings": ("Settings that differ", "不同的设置"),
    "compare_no_difference": ("The runs have the same settings.", "各次运行的设置相同。"),
    "compare_metrics": ("Metrics", "指标"),
    "compare_metrics_lead": (
        "Each with its 95 % interval. Where intervals overlap, runs may still differ: only a "
        "comparison row by row would tell.",
        "均附 95 % 区间。区间重叠时各次运行仍可能有差异，只有逐行比较才能判断。",
    ),
    "compare_metrics_paired": (
        "Each with its 95 % interval. The last lines set the runs against the first one, row by "
        "row: these intervals, not those above, tell whether two runs differ.",
        "均附 95 % 区间。最后几行将各次运行与第一次逐行比较：判断两次运行是否有差异，"
        "应看这些区间，而不是上面的区间。",
    ),
    "compare_units": (
        "These runs lower different losses, or count them in different units: each kind has a "
        "picture of its own, and their numbers cannot be set against each other.",
        "这些运行降低的损失不同，或单位不同：每一种各有一幅图，其数值不能直接比较。",
    ),
    "compare_curves": ("Training", "训练过程"),
    "compare_setting": ("setting", "设置"),
    "compare_of": ("{metric} of {target}", "{target}：{metric}"),
    "compare_source": ("source", "来源"),
    "compare_target": ("target", "目标"),
    "compare_task": ("task", "任务"),
    "compare_train_rows": ("training rows", "训练行数"),
    "compare_validation_rows": ("validation rows", "验证行数"),
    "compare_test_rows": ("test rows", "测试行数"),
    "compare_split": ("split", "划分"),
    "compare_features": ("columns used", "使用的列"),
    "compare_epochs": ("epochs", "轮数"),
    "compare_best_epoch": ("best epoch", "最佳轮次"),
    "compare_monitor": ("monitored", "监控指标"),
    "compare_training_seconds": ("training time", "训练用时"),
    "compare_versions": ("versions", "版本"),
    "compare_dots": ("Dots: the epoch whose weights were kept.", "圆点：所保留权重的轮次。"),
    "compare_alternative": (
        "{name} of {count} runs over their epochs.",
        "{count} 次运行各轮次的{name}。",
    ),
}
