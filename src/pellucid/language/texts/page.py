"""The words of the report's page: for each name the English and the Chinese text."""

from __future__ import annotations

from pellucid.language.texts.comparison import COMPARISON
from pellucid.language.texts.names import NAMES

_FIRST: dict[str, tuple[str, str]] = {
    "report": ("pellucid report", "pellucid 报告"),
    "title": ("Predicting {target}", "预测 {target}"),
    "title_many": ("Predicting {target} and {count} more", "预测 {target} 及另外 {count} 项"),
    "target_named": ("Target: {name}", "目标：{name}"),
    "contents": ("Contents", "目录"),
    "skip": ("Skip to the report", "跳到正文"),
    "tested_on": ("tested on {count:,}", "在 {count:,} 行上测试"),
    "trained_rows": ("rows trained on", "训练行数"),
    "parameters": ("parameters", "参数"),
    "trained_in": ("trained in {time}", "训练用时 {time}"),
    "footer": (
        "This page holds everything it shows; it opens offline and asks nothing of any server.",
        "本页自成一体，可离线打开，不向任何服务器请求内容。",
    ),
    "footer_pictures": (
        "Each picture also lies beside it as PNG, its numbers as JSON, in the folder pictures.",
        "每幅图另存为 PNG，其数据存为 JSON，均在旁边的 pictures 文件夹中。",
    ),
    "footer_no_font": (
        "The PNG pictures are labelled in English: no Chinese font was found.",
        "未找到中文字体，因此 PNG 图片以英文标注。",
    ),
    "measured": ("Measured against baselines", "与基线比较"),
    "measured_lead": (
        "Values on rows that training did not see, with 95 % intervals. Each baseline was fitted "
        "on training rows and tested on the same rows as the network; it says whether the "
        "difference to the network is beyond chance.",
        "数值均在训练未见过的行上得出，附 95 % 区间。每个基线都用训练行拟合，并与网络在相同的行上"
        "测试；标签说明它与网络的差异是否超出偶然。",
    ),
    "network": ("network", "网络"),
    "metric": ("metric", "指标"),
    "higher": ("higher is better", "越高越好"),
    "lower": ("lower is better", "越低越好"),
    "aimed": ("to meet its aim; not compared", "应达到目标值；不作比较"),
    "metrics_table": ("Metrics on {part} rows", "{part}行上的指标"),
    "comparison": ("{metric}, {better}", "{metric}，{better}"),
    "comparison_alternative": (
        "Values of {metric} with intervals: {values}.",
        "{metric}的数值及区间：{values}。",
    ),
    "comparison_note": (
        "Dots are values, bars 95 % intervals. Models are judged by the interval of their "
        "difference on the same rows, so bars may overlap and a difference be clear.",
        "点为数值，横条为 95 % 区间。判断依据是各模型在相同行上之差的区间，"
        "因此横条重叠时差异仍可能明确。",
    ),
    "of_class": ("{hint}; class {label}", "{hint}；类别 {label}"),
    "with_interval": (
        "{value} (95 % interval {interval})",
        "{value}（95 % 区间 {interval}）",
    ),
    "standardised": (
        "Since several targets are predicted together, errors are in standard deviations of the "
        "targets here.",
        "由于同时预测多个目标，此处的误差以各目标的标准差为单位。",
    ),
    "difference": ("difference to the network: {range}", "与网络之差：{range}"),
    "fitted_on": (
        "was fitted on {rows:,} of {whole:,} training rows.",
        "在 {whole:,} 行训练数据中的 {rows:,} 行上拟合。",
    ),
    "diagnosis": ("Diagnosis", "诊断"),
    "diagnosis_none": (
        "Nothing stood out: the signs of trouble that are looked for were not there.",
        "未见异常：所检查的各种问题迹象均未出现。",
    ),
    "problem": ("Problem", "问题"),
    "hint": ("Hint", "提示"),
    "try": ("What to try:", "可以尝试："),
    "evidence": ("Evidence", "依据"),
    "finding_overfitting": ("Overfitting", "过拟合"),
    "finding_underfitting": ("Underfitting", "欠拟合"),
    "finding_no_signal": ("Nothing learned", "没有学到规律"),
    "finding_unfinished": ("Training ended too soon", "训练结束过早"),
    "finding_more_rows": ("More rows are likely to help", "更多数据很可能有帮助"),
    "finding_rate_too_high": ("Learning rate too high", "学习率过高"),
    "finding_rate_too_low": ("Learning rate too low", "学习率过低"),
    "finding_dead_units": ("Dead units", "失活单元"),
    "finding_saturated_units": ("Saturated units", "饱和单元"),
    "finding_vanishing_gradients": ("Vanishing gradients", "梯度消失"),
    "finding_exploding_gradients": ("Exploding gradients", "梯度爆炸"),
    "finding_never_predicted": ("Classes never predicted", "从未预测的类别"),
    "finding_heavy_rows": ("A few rows carry the loss", "少数行占据大部分损失"),
    "finding_shifted_columns": ("Test rows differ", "测试数据分布不同"),
    "finding_one_sided": ("Errors lean to one side", "误差偏向一侧"),
    "finding_beaten": ("Another model is better", "另一个模型更好"),
    "finding_rare_classes": ("Rare classes", "稀有类别"),
    "finding_balanced_probabilities": ("Probabilities are no shares", "概率不代表占比"),
    "finding_small_validation": ("Few validation rows", "验证行数过少"),
}

_DATA: dict[str, tuple[str, str]] = {
    "data": ("The data", "数据"),
    "predicts_classes": (
        "{target} is one of {count} classes: {labels}.",
        "{target} 为 {count} 个类别之一：{labels}。",
    ),
    "looked_for": (
        "The class looked for, which average precision, calibration and the curves are about, is "
        "{label}.",
        "所关注的类别是 {label}：平均精确率、校准和各曲线都针对它。",
    ),
    "predicts_numbers": ("{target} is predicted as a number.", "{target} 作为数值预测。"),
    "predicts_several": (
        "{target} are predicted together, as numbers.",
        "{target} 一起作为数值预测。",
    ),
    "rows_by_part": ("Rows by part", "各部分行数"),
    "more_notes": ("{count:,} more {count:note|notes}", "另有 {count:,} 条说明"),
    "columns": ("{count:,} {count:column|columns}", "{count:,} 列"),
    "columns_lead": (
        "The counts and values are those of the {count:,} training {count:row|rows} only.",
        "这些个数和取值只针对 {count:,} 行训练数据。",
    ),
    "columns_table": ("Columns of the data", "数据的列"),
    "column_name": ("column", "列"),
    "column_kind": ("kind", "类型"),
    "column_role": ("role", "用途"),
    "column_missing": ("missing", "缺失"),
    "column_distinct": ("distinct", "不同值"),
    "not_counted": ("not counted", "未统计"),
    "column_summary": ("values", "取值"),
    "more_columns": ("{count:,} more {count:column|columns}", "另有 {count:,} 列"),
    "understood": ("How the file was read", "文件的读取方式"),
    "trained": ("The network", "网络"),
    "network_picture": ("Layers, from input to output", "从输入到输出的各层"),
    "network_alternative": (
        "A network of {count} layers: {layers}.",
        "含 {count} 层的网络：{layers}。",
    ),
    "network_large": ("Picture of all {count} layers", "全部 {count} 层的图"),
    "network_input": ("input", "输入"),
    "network_layer": ("{count} layer", "{count} 层"),
    "network_layers": ("{count} layers", "{count} 层"),
    "network_parameter": ("{count} parameter", "{count} 个参数"),
    "network_parameters": ("{count} parameters", "{count} 个参数"),
    "network_flop": ("{count} flop", "{count} 次浮点运算"),
    "network_flops": ("{count} flops", "{count} 次浮点运算"),
    "network_bars": ("bars are shares of the parameters", "横条为参数所占比例"),
    "layers_table": ("All {count} layers", "全部 {count} 层"),
    "layers_label": ("Layers of the network", "网络的各层"),
    "layer_path": ("layer", "层"),
    "layer_kind": ("kind", "类型"),
    "layer_shape": ("output", "输出形状"),
    "layer_parameters": ("parameters", "参数"),
    "layer_flops": ("operations a row", "每行浮点运算"),
    "option_layers": ("layers", "层数"),
    "option_members": ("networks in the ensemble", "集成网络数"),
    "option_optimizer": ("optimizer", "优化器"),
    "option_loss": ("loss", "损失函数"),
    "option_learning_rate": ("learning rate", "学习率"),
    "option_schedule": ("schedule", "学习率计划"),
    "option_batch_size": ("rows in a batch", "批大小"),
    "option_dropout": ("dropout", "随机失活率"),
    "option_averaging": ("share of updates that weights are averaged over", "权重取平均的更新占比"),
    "repeat": ("Repeat this run", "重现本次运行"),
    "network_own": (
        "The network was handed in: these are its layers, and no option built it.",
        "网络由用户给出：以下是它的各层，并非由选项构建。",
    ),
    "repeat_own": (
        "The network was handed in, which no file of options describes: to repeat the run, hand it "
        "in again in Python, with config.toml in this folder as config.",
        "网络由用户给出，选项文件无法描述它：要重复这次运行，请在 Python 中再次给出该网络，"
        "并以本文件夹中的 config.toml 作为 config。",
    ),
    "repeat_lead": (
        "The same command on the same data gives the same network:",
        "对相同数据执行相同命令，得到相同的网络：",
    ),
    "run_folder": ("folder", "文件夹"),
    "run_seed": ("seed", "随机种子"),
    "run_backend": ("backend", "后端"),
    "run_fingerprint": ("fingerprint of the data", "数据指纹"),
    "run_seconds": ("training time", "训练用时"),
    "run_epoch": ("epoch whose weights were kept", "所保留权重的轮次"),
}

_PICTURES: dict[str, tuple[str, str]] = {
    "training": ("Training", "训练过程"),
    "trained_epochs": ("Training took {count:,} epochs.", "训练共 {count:,} 轮。"),
    "stopped_early": (
        "Training stopped early, after epoch {count:,}, since {monitor} no longer improved. The "
        "weights of epoch {best:,} were kept.",
        "由于{monitor}不再改善，训练在第 {count:,} 轮后提前停止；保留第 {best:,} 轮的权重。",
    ),
    "stopped_late": (
        "Training ran to its last epoch, {count:,}. By {monitor}, the weights of epoch {best:,} "
        "were kept.",
        "训练进行到最后一轮，即第 {count:,} 轮。按{monitor}，保留第 {best:,} 轮的权重。",
    ),
    "epoch": ("epoch", "轮次"),
    "best_epoch": ("best: epoch {epoch:,}", "最佳：第 {epoch:,} 轮"),
    "stopped_epoch": ("stopped: epoch {epoch:,}", "停止：第 {epoch:,} 轮"),
    "by_epoch": ("{name} by epoch", "各轮次的{name}"),
    "by_epoch_alternative": (
        "Line chart of {name} over {count} epochs: {ends}.",
        "{count} 轮中{name}的折线图：{ends}。",
    ),
    "learning_curve": ("Would more rows help?", "更多数据有帮助吗？"),
    "learning_lead": (
        "The same network trained on fewer rows. A test curve that still falls at its right end "
        "says that more rows would help.",
        "用较少的行训练同样的网络。若测试曲线在右端仍在变好，说明更多数据会有帮助。",
    ),
    "learning_picture": ("{name} by training rows", "{name}随训练行数的变化"),
    "learning_rows": ("training rows", "训练行数"),
    "learning_alternative": (
        "Line chart of {name} against the number of training rows: {ends}.",
        "{name}随训练行数变化的折线图：{ends}。",
    ),
    "band_note": ("The band is an interval of the test curve.", "色带为测试曲线的区间。"),
    "predictions": ("Predictions beside the truth", "预测与真实值"),
    "truth": ("truth", "真实值"),
    "prediction": ("prediction", "预测值"),
    "confusion": ("Confusion matrix", "混淆矩阵"),
    "confusion_predicted": ("predicted class", "预测类别"),
    "confusion_truth": ("true class", "真实类别"),
    "confusion_right": ("right", "正确"),
    "confusion_wrong": ("wrong", "错误"),
    "confusion_note": (
        "A line holds the rows of one true class; the deeper a cell's colour, the larger its share "
        "of the line.",
        "每一行对应一个真实类别；颜色越深，该格在本行中所占比例越大。",
    ),
    "confusion_alternative": (
        "Confusion matrix of {count} classes: {right} of {rows} rows on the diagonal are right.",
        "{count} 个类别的混淆矩阵：{rows} 行中对角线上 {right} 行正确。",
    ),
    "confusion_some": (
        "The {count} most frequent of {whole} classes are shown, the others together; the file of "
        "numbers has all.",
        "显示 {whole} 个类别中最常见的 {count} 个，其余合并；数据文件中含全部类别。",
    ),
    "confusion_others": ("other classes", "其他类别"),
    "confused_table": ("What was most often taken for what", "最常见的混淆"),
    "confused_truth": ("true class", "真实类别"),
    "confused_taken": ("taken for", "误判为"),
    "confused_rows": ("rows", "行数"),
    "confused_share": ("of the class", "占该类"),
    "scatter": ("Truth against prediction", "真实值与预测值"),
    "scatter_row": ("a test row", "一个测试行"),
    "scatter_line": ("prediction equals truth", "预测等于真实"),
    "scatter_alternative": (
        "Scatter plot of {count} test rows, truth across and prediction upwards.",
        "{count} 个测试行的散点图，横轴为真实值，纵轴为预测值。",
    ),
    "residuals": ("Errors", "误差分布"),
    "residual": ("truth minus prediction", "真实值减预测值"),
    "residuals_note": (
        "Right of the dashed line the truth was larger than predicted.",
        "虚线右侧为真实值大于预测值的行。",
    ),
    "residuals_beyond": (
        "{count:,} {count:row with a larger error lies|rows with larger errors lie} beyond the "
        "ends.",
        "另有 {count:,} 行误差更大，位于两端之外。",
    ),
    "residuals_alternative": (
        "Histogram of errors between {low} and {high}.",
        "误差直方图，范围 {low} 至 {high}。",
    ),
    "quantiles": ("How large errors are", "误差有多大"),
    "quantile": ("{share} of rows below", "{share} 的行低于"),
    "absolute_error": ("absolute error", "绝对误差"),
    "rows_axis": ("rows", "行数"),
    "probabilities": ("What the probabilities are worth", "概率的可信度"),
    "probabilities_lead": (
        "Whether higher probabilities go to the right rows, and whether they mean what they say.",
        "较高的概率是否给了正确的行，以及概率是否名副其实。",
    ),
    "all_classes": ("mean of all classes", "所有类别的平均"),
    "with_area": ("{name}: area {area}", "{name}：面积 {area}"),
    "roc": ("ROC curve", "ROC 曲线"),
    "roc_alternative": ("ROC curves: {areas}.", "ROC 曲线：{areas}。"),
    "false_positive_rate": ("false positive rate", "假正率"),
    "true_positive_rate": ("true positive rate", "真正率"),
    "by_chance": ("by chance", "随机猜测"),
    "precision_recall": ("Precision and recall", "精确率与召回率"),
    "precision": ("precision", "精确率"),
    "recall": ("recall", "召回率"),
    "precision_alternative": (
        "Precision against recall: {areas}.",
        "精确率与召回率曲线：{areas}。",
    ),
    "precision_note": (
        "Dotted: the precision of guessing, which is the share of the class.",
        "点线：随机猜测的精确率，即该类所占比例。",
    ),
    "calibration": ("Calibration", "校准"),
    "probability_said": ("probability said", "给出的概率"),
    "frequency_seen": ("share that came true", "实际发生的比例"),
    "calibration_bin": ("rows of like probability, 95 % interval", "概率相近的行，95 % 区间"),
    "calibrated": ("probabilities come true", "概率与实际相符"),
    "not_above_chance": ("not above chance", "未超出偶然"),
    "calibration_error_is": ("Calibration error: {error}.", "校准误差：{error}。"),
    "calibration_zero": (
        "It is what the gaps have beyond chance: at 0 they are no larger than chance makes them "
        "with so many rows, which does not show that there are none. The interval says how large "
        "they may be.",
        "它是差距中超出偶然的部分：为 0 表示差距不超过这么多行所能产生的偶然波动，"
        "并不说明没有差距；区间给出其可能的大小。",
    ),
    "calibration_alternative": (
        "Calibration in {count} groups of rows; calibration error {error}.",
        "{count} 组行的校准情况；校准误差 {error}。",
    ),
}

_COLUMNS: dict[str, tuple[str, str]] = {
    "slices": ("Errors by slice", "按切片的误差"),
    "slices_lead": (
        "How predictions fare on parts of the test rows, with 95 % intervals. A slice that stands "
        "out deserves a look.",
        "在测试行的各个子集上的表现，附 95 % 区间。表现突出的切片值得关注。",
    ),
    "slices_by_confidence": (
        "It is worse than others where the network is right less often than on other rows of which "
        "it is as sure: harder or riskier rows are not worse for being so.",
        "若网络在某切片上的正确率低于它同样有把握的其他行，则该切片更差：较难或风险较高的行并不因此算更差。",
    ),
    "slice_expected": ("on rows as sure", "同等把握的行上"),
    "slices_picture": ("{metric} of slices", "各切片的{metric}"),
    "slice": ("slice", "切片"),
    "slice_missing": ("{column} missing", "{column} 缺失"),
    "slice_others": ("{column}: all other values", "{column}：其余取值"),
    "slice_overall": ("all rows: {value}", "全部行：{value}"),
    "slice_apart": ("interval is clear of the whole", "区间不含总体值"),
    "slice_worse": ("worse beyond chance", "明显更差"),
    "slice_better": ("better beyond chance", "明显更好"),
    "first_slices": (
        "The first {count:,} of {whole:,} slices",
        "{whole:,} 个切片中的前 {count:,} 个",
    ),
    "first_columns": (
        "The first {count:,} of {whole:,} columns",
        "{whole:,} 列中的前 {count:,} 列",
    ),
    "all_slices": ("All {count:,} slices", "全部 {count:,} 个切片"),
    "interval": ("95 % interval", "95 % 区间"),
    "importance": ("Which columns matter", "哪些列重要"),
    "importance_lead": (
        "How much the error on test rows ({metric}) grows when one column is shuffled. Columns "
        "that say the same share their importance.",
        "打乱某一列后，测试行上的误差（{metric}）增加多少。含义相近的列会分摊重要性。",
    ),
    "importance_tried": (
        "Of {whole:,} columns only the {count:,} that go most with the predictions were tried, "
        "since the network is large.",
        "由于网络很大，{whole:,} 列中只尝试了与预测关系最密切的 {count:,} 列。",
    ),
    "importance_sampled": (
        "It was measured on {count:,} of {whole:,} rows.",
        "在 {whole:,} 行中的 {count:,} 行上测得。",
    ),
    "importance_picture": ("Importance of columns", "各列的重要性"),
    "importance_axis": ("increase of {metric}", "{metric}的增加"),
    "important": ("above 0 with its interval", "区间高于 0"),
    "unimportant": ("cannot be told from 0", "与 0 无法区分"),
    "all_columns": ("All {count:,} columns", "全部 {count:,} 列"),
    "dependence": ("How predictions go with columns", "预测如何随列变化"),
    "dependence_lead": (
        "The mean prediction when one column is set to a value in every row and the others stay. "
        "Grey at the foot: how dense rows are there.",
        "将某一列在所有行中设为同一值、其他列不变时的平均预测。底部灰色为行的密度。",
    ),
    "dependence_dates": (
        "Dates are not drawn, since a day stands for several things at once: {names}.",
        "日期不绘图，因为一个日期同时代表多种含义：{names}。",
    ),
    "dependence_on": ("By {column}", "随 {column} 变化"),
    "dependence_probability": ("mean probability", "平均概率"),
    "dependence_band": (
        "The band holds the middle 80 % of rows.",
        "色带包含中间 80 % 的行。",
    ),
    "dependence_of": ("mean probability of {name}", "{name} 的平均概率"),
    "dependence_prediction": ("mean prediction", "平均预测"),
    "dependence_alternative": (
        "The mean prediction by {column} is within {ends}.",
        "平均预测随 {column} 变化，范围 {ends}。",
    ),
    "labels_left_out": (
        "{count:,} more {count:value is|values are} not shown.",
        "另有 {count:,} 个取值未显示。",
    ),
    "inside": ("Inside the network", "网络内部"),
    "inside_lead": (
        "How weights, activations and gradients are distributed in each layer.",
        "各层中权重、激活与梯度的分布。",
    ),
    "inside_large": ("Distributions of {count} layers", "{count} 层的分布"),
    "inside_alternative": (
        "{name}: distributions of {count} layers, {layers}.",
        "{name}：{count} 层的分布，{layers}。",
    ),
    "weights": ("Weights", "权重"),
    "weights_axis": ("weight", "权重"),
    "weights_note": (
        "Right: standard deviation. Heights go with the square root of counts.",
        "右侧为标准差。高度与计数的平方根成正比。",
    ),
    "deviation": ("± {value}", "± {value}"),
    "activations": ("Activations", "激活"),
    "activations_axis": ("output of a unit", "单元的输出"),
    "activations_note": (
        "Right: units that are never active, or near their bounds, where there are any.",
        "右侧为从不激活或接近边界的单元（如有）。",
    ),
    "dead": ("dead {share}", "失活 {share}"),
    "saturated": ("saturated {share}", "饱和 {share}"),
    "gradients": ("Gradients", "梯度"),
    "gradients_axis": ("size of the gradient", "梯度大小"),
    "gradients_note": (
        "On a logarithmic scale. Right: norm at the best weights.",
        "对数刻度。右侧为最佳权重处的范数。",
    ),
    "norm": ("norm {value}", "范数 {value}"),
    "drift": ("Columns that differ", "分布不同的列"),
    "drift_lead": (
        "Training and test rows differ in these columns by more than splitting at random explains.",
        "训练行与测试行在这些列上的差异超出随机划分所能解释的程度。",
    ),
    "drift_measure": ("measure", "度量"),
    "measure_kolmogorov_smirnov": (
        "largest gap between the shares of rows below a value",
        "“低于某值的行所占比例”的最大差距",
    ),
    "measure_total_variation": ("share of rows with another value", "取值不同的行所占比例"),
    "measure_missing_share": ("share of missing values", "缺失比例"),
    "drift_statistic": ("difference", "差异"),
    "drift_threshold": ("threshold", "判定阈值"),
    "worst": ("The largest losses", "损失最大的行"),
    "worst_lead": (
        "Test rows that cost most: predictions far off, or right ones that were not sure. Look for "
        "a wrong label, a slip, or what is missing. Row 1 is the first below the names of the "
        "columns, as it was read.",
        "损失最大的测试行：预测偏差大，或虽然正确但把握不足。请留意标签错误、录入错误或缺失的信息。"
        "第 1 行是读取时列名之下的第一行。",
    ),
    "row_number": ("Row {row}", "第 {row} 行"),
    "worst_probability": ("its probability", "预测的概率"),
    "worst_loss": ("loss", "损失"),
    "worst_error": ("off by", "误差"),
    "worst_factor": ("off by a factor of", "相差的倍数"),
    "worst_factor_plus": (
        "off by a factor of, 1 added to both",
        "两者各加 1 后相差的倍数",
    ),
    "more_rows": ("{count:,} more {count:row|rows}", "另有 {count:,} 行"),
    "more_values": ("{count:,} more {count:value|values}", "另有 {count:,} 个值"),
}

TEXTS: dict[str, tuple[str, str]] = {
    **NAMES,
    **_FIRST,
    **_DATA,
    **_PICTURES,
    **_COLUMNS,
    **COMPARISON,
}
