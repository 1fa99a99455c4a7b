"""What the room `diagnosis` says: for each name the English and the Chinese text."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # What a mean loss is called.
    "measure_log_loss": ("mean loss", "平均损失"),
    "measure_error_rate": ("share of errors", "错误率"),
    "measure_mae": ("mean absolute error", "平均绝对误差"),
    "measure_pinball": ("mean pinball loss", "平均分位数损失"),
    "measure_rmsle": (
        "root mean squared error of the logarithms",
        "对数的均方根误差",
    ),
    "measure_rmse": ("root mean squared error", "均方根误差"),
    "measure_rmse_standard": (
        "root mean squared error, in standard deviations of the targets,",
        "以各目标的标准差为单位的均方根误差",
    ),
    "healthy": (
        "Nothing conspicuous was found in this run.",
        "本次训练未发现明显问题。",
    ),
    "shared_importance": (
        "Columns that say the same share their importance: permuting one of them leaves the other, "
        "so that each may look unimportant though both together are not.",
        "含义相近的列会分摊重要性：打乱其中一列时，另一列仍保留着信息，"
        "因此单独看每一列可能都不重要，合在一起却很重要。",
    ),
    "dependence_band": (
        "The line is the mean prediction over rows as this column alone is changed; the band holds "
        "the middle 80 % of the rows.",
        "曲线是仅改变该列时各行预测的平均值；带状区域包含中间 80% 的行。",
    ),
    "exploding_gradients": (
        "Gradients explode: before training, the gradient of layer {layer} had the norm "
        "{norm:.2g}, where usual ones are below 50.",
        "梯度爆炸：训练开始前，{layer} 层的梯度范数为 {norm:.2g}，而正常情况低于 50。",
    ),
    "exploding_gradients_advice": (
        "Start from smaller weights (the default initialisation of the layers), use "
        "--normalization layer, or limit gradients with --clip-global-norm 1.",
        "使用更小的初始权重（层的默认初始化）、--normalization layer，"
        "或用 --clip-global-norm 1 限制梯度。",
    ),
    "rate_too_high": (
        "The learning rate {rate:.2g} is too high: the loss began at {start:.3g} and burst to "
        "{peak:.3g}, where always saying the same costs {nothing:.3g}.",
        "学习率 {rate:.2g} 过高：损失从 {start:.3g} 开始，随后猛增到 {peak:.3g}，"
        "而始终给出同一预测的损失只有 {nothing:.3g}。",
    ),
    "rate_too_high_erratic": (
        "The learning rate {rate:.2g} is too high: late in the run the loss still jumps by "
        "{jump:.3g} from epoch to epoch, where always saying the same costs {nothing:.3g}.",
        "学习率 {rate:.2g} 过高：训练后期损失在相邻轮次之间仍跳动 {jump:.3g}，"
        "而始终给出同一预测的损失为 {nothing:.3g}。",
    ),
    "rate_too_high_advice": (
        "Try --learning-rate {lower:.2g}, or --learning-rate auto; --clip-global-norm 1 tames "
        "single steps, and a larger --batch-size makes them steadier.",
        "可尝试 --learning-rate {lower:.2g} 或 --learning-rate auto；"
        "--clip-global-norm 1 可限制单步更新，较大的 --batch-size 可使其更平稳。",
    ),
    "rate_too_low": (
        "The learning rate {rate:.2g} is too low: over {epochs} epochs the loss fell steadily from "
        "{first:.3g} to {last:.3g} and was still falling, and the training rows keep {share:.0%} "
        "of the loss of always saying the same.",
        "学习率 {rate:.2g} 过低：{epochs} 轮训练中损失从 {first:.3g} 缓慢下降到 {last:.3g}，"
        "结束时仍在下降；训练行的损失仍为始终给出同一预测时的 {share:.0%}。",
    ),
    "rate_too_low_still": (
        "The learning rate {rate:.2g} is too low: in {epochs} epochs the weights moved by "
        "{moved:.1%} of their size; the loss fell from {first:.3g} to {last:.3g} and was still "
        "falling, and the training rows keep {share:.0%} of the loss of always saying the same.",
        "学习率 {rate:.2g} 过低：{epochs} 轮训练中权重只移动了其大小的 {moved:.1%}；"
        "损失从 {first:.3g} 下降到 {last:.3g}，结束时仍在下降；"
        "训练行的损失仍为始终给出同一预测时的 {share:.0%}。",
    ),
    "rate_too_low_advice": (
        "Try --learning-rate {higher:.2g}, or --learning-rate auto.",
        "可尝试 --learning-rate {higher:.2g} 或 --learning-rate auto。",
    ),
    "unfinished": (
        "Training ended too early: the loss was still falling when the {epochs} epochs were over, "
        "in the second half of them from {half:.3g} to {last:.3g}.",
        "训练结束过早：{epochs} 轮结束时损失仍在下降，后半程从 {half:.3g} 降到 {last:.3g}。",
    ),
    "unfinished_advice": (
        "Try --epochs {more}, or a higher --learning-rate.",
        "可尝试 --epochs {more}，或提高 --learning-rate。",
    ),
    "vanishing_gradients": (
        "Gradients vanish on their way through {layers} layers: before training, those of {first} "
        "were {ratio:.1g} times as large as those of {last}.",
        "梯度在经过 {layers} 层后消失：训练开始前，{first} 的梯度只有 {last} 的 {ratio:.1g} 倍。",
    ),
    "vanishing_gradients_advice": (
        "Try --activation relu, fewer layers in --hidden, or --normalization layer.",
        "可尝试 --activation relu、减少 --hidden 的层数，或 --normalization layer。",
    ),
    "saturated_units": (
        "In layer {layer} {share:.0%} of the units are saturated: on nearly every row they are at "
        "a bound of their function, where it is flat and no longer learns.",
        "{layer} 层有 {share:.0%} 的单元饱和：在几乎所有行上都处于激活函数的边界，"
        "那里函数平坦，无法继续学习。",
    ),
    "saturated_units_advice": (
        "Start from smaller weights, try --normalization layer, --activation relu, a lower "
        "--learning-rate or more --weight-decay.",
        "使用更小的初始权重，或尝试 --normalization layer、--activation relu、"
        "更低的 --learning-rate、更大的 --weight-decay。",
    ),
    "dead_units": (
        "In layer {layer} {share:.0%} of the units are dead: they are inactive on every row, and "
        "no gradient reaches them.",
        "{layer} 层有 {share:.0%} 的单元已失活：在所有行上都不激活，梯度无法到达。",
    ),
    "dead_units_advice": (
        "Try a lower --learning-rate, --activation leaky_relu or gelu, or --normalization layer.",
        "可尝试更低的 --learning-rate、--activation leaky_relu 或 gelu、--normalization layer。",
    ),
    "underfitting_linear": (
        "The network underfits: a linear model has a {measure} of {rival:.3g} on rows that it has "
        "not seen, the network {train:.3g} even on those it was trained on.",
        "网络欠拟合：线性模型在未见过的行上{measure}为 {rival:.3g}，"
        "而网络即使在训练行上也为 {train:.3g}。",
    ),
    "underfitting_boosting": (
        "The network underfits: gradient boosting has a {measure} of {rival:.3g} on rows that it "
        "has not seen, the network {train:.3g} even on those it was trained on.",
        "网络欠拟合：梯度提升在未见过的行上{measure}为 {rival:.3g}，"
        "而网络即使在训练行上也为 {train:.3g}。",
    ),
    "underfitting_advice": (
        "Give it more units or layers (--hidden 256,128), more --epochs or --patience, less "
        "--dropout and --weight-decay, or another --learning-rate.",
        "可增加单元或层数（--hidden 256,128）、增大 --epochs 或 --patience、"
        "减小 --dropout 和 --weight-decay，或更换 --learning-rate。",
    ),
    "overfitting": (
        "The network overfits: the {measure} is {train:.3g} on {rows} training rows and "
        "{other:.3g} on {other_rows} others.",
        "网络过拟合：在 {rows} 个训练行上{measure}为 {train:.3g}，"
        "在其他 {other_rows} 行上为 {other:.3g}。",
    ),
    "overfitting_advice": (
        "Stop earlier with --patience, use more --dropout or --weight-decay, fewer units in "
        "--hidden, or more rows.",
        "用 --patience 提前停止，增大 --dropout 或 --weight-decay，"
        "减少 --hidden 的单元数，或增加数据行。",
    ),
    "never_predicted": (
        "The network never says {classes}, though {rows} of {of} rows belong there.",
        "网络从不预测 {classes}，而 {of} 行中有 {rows} 行属于这些类别。",
    ),
    "never_predicted_rare": (
        "The network never says {classes}, though {rows} of {of} rows belong there: by its "
        "probabilities {expected:.0f} such rows are to be expected, but in each row another class "
        "is more probable.",
        "网络从不预测 {classes}，而 {of} 行中有 {rows} 行属于这些类别：按其概率预计有 "
        "{expected:.0f} 行，但每一行中总有另一类别的概率更高。",
    ),
    "never_predicted_advice": (
        "The network knows too little of them: gather more rows of these classes, or try "
        "another --learning-rate (or auto), more --epochs, or --class-weight balanced.",
        "网络对这些类别了解太少：请收集更多此类行，或尝试更换 --learning-rate（或 auto）、"
        "增大 --epochs，或使用 --class-weight balanced。",
    ),
    "never_predicted_rare_advice": (
        "That is no fault where a class is rare or hard to tell. Go by its probability, not by the "
        "class that is said: take the rows where it is highest, as many as can be looked at. With "
        "--class-weight balanced it would be said more often, but also where it is not, and "
        "probabilities would no longer be shares.",
        "类别稀少或难以分辨时这并非错误。请依据它的概率而不是所预测的类别：选取概率最高的若干行来查看。"
        "--class-weight balanced 会使它更常被预测，但误报也会增多，且概率不再等于比例。",
    ),
    "never_predicted_balanced_advice": (
        "Though all classes count the same, these are not found: gather more rows of them, or "
        "columns that tell them apart.",
        "尽管各类别同等计算，仍找不出这些类别：请收集更多此类行，或能区分它们的列。",
    ),
    "balanced_probabilities": (
        "With --class-weight balanced probabilities are no shares of rows: class {classes} has a "
        "mean probability of {said:.2%}, and {share:.2%} of the rows.",
        "使用 --class-weight balanced 时概率并不等于行的比例：类别 {classes} 的平均概率为 "
        "{said:.2%}，而它只占 {share:.2%} 的行。",
    ),
    "balanced_probabilities_advice": (
        "Put rows in order by them, but do not read them as chances. Where chances are needed, "
        "leave --class-weight away, and choose rows by their probability.",
        "可用它们给行排序，但不要当作发生的可能性。如需可能性，请去掉 --class-weight，"
        "再按概率选取行。",
    ),
    "shifted_columns": (
        "Training and test rows differ in {count} of {of} columns: {columns} (the largest distance "
        "of the two distributions is {largest:.2f} of 1).",
        "训练行与测试行在 {of} 列中的 {count} 列上分布不同：{columns}"
        "（两个分布的最大距离为 {largest:.2f}，满值为 1）。",
    ),
    "shifted_columns_advice": (
        "Find out where the test rows come from: the scores hold for rows like these only. Leave "
        "out a column that only tells when or where a row was taken.",
        "请查明测试行的来源：评分只对类似的行有效。若某列只反映采集的时间或地点，可将其去掉。",
    ),
    "model_constant": ("always saying the same", "始终给出同一预测"),
    "model_linear": ("a linear model", "线性模型"),
    "model_boosting": ("gradient boosting", "梯度提升"),
    "beaten": (
        "The network is worse than {model}: {called} {network:.3g} against {rival:.3g} on "
        "{target}, and the 95 % interval of the difference leaves out 0.",
        "网络不如{model}：{target} 的{called}为 {network:.3g}，对比 {rival:.3g}，"
        "且差值的 95 % 置信区间不含 0。",
    ),
    "beaten_constant_advice": (
        "Do not use it as it is. Try another --learning-rate (or auto), more --dropout and "
        "--weight-decay, --hidden none, and look at the columns and at outliers of the target.",
        "请勿照现状使用。可尝试更换 --learning-rate（或 auto）、增大 --dropout 和 --weight-decay、"
        "--hidden none，并检查各列以及目标的离群值。",
    ),
    "beaten_linear_advice": (
        "As things stand the linear model is the better choice. Else try --hidden none, more "
        "--weight-decay or --dropout, --ensemble 8, and more rows.",
        "就目前而言线性模型更合适。也可尝试 --hidden none、"
        "增大 --weight-decay 或 --dropout、--ensemble 8，以及更多的行。",
    ),
    "beaten_boosting_advice": (
        "Try --ensemble 8, --scaling quantile, larger --hidden layers or another "
        "--learning-rate (or auto); where trees stay better, use them.",
        "可尝试 --ensemble 8、--scaling quantile、增大 --hidden 或更换 --learning-rate（或 auto）；"
        "如果树模型仍然更好，就使用树模型。",
    ),
    "one_sided_low": (
        "On {rows} test rows the predictions are too low: {same_side:.0%} of the errors are on "
        "this side, and the root mean squared error is {error:.3g}, {train:.3g} on training rows.",
        "在 {rows} 行测试数据上预测偏低：{same_side:.0%} 的误差在同一侧；"
        "均方根误差为 {error:.3g}，训练行上为 {train:.3g}。",
    ),
    "one_sided_high": (
        "On {rows} test rows the predictions are too high: {same_side:.0%} of the errors are on "
        "this side, and the root mean squared error is {error:.3g}, {train:.3g} on training rows.",
        "在 {rows} 行测试数据上预测偏高：{same_side:.0%} 的误差在同一侧；"
        "均方根误差为 {error:.3g}，训练行上为 {train:.3g}。",
    ),
    "one_sided_advice": (
        "The test rows are of another kind than the training rows: find out what they differ in, "
        "and train on rows like those that are to be predicted.",
        "测试行与训练行不同类：请查明差别所在，并用与待预测行相似的行训练。",
    ),
    "one_sided_everywhere_advice": (
        "So they are on training rows: the network has not learned even how large the target is "
        "on average. Try more --epochs or --patience, another --learning-rate (or auto), or less "
        "--weight-decay.",
        "训练行上也是如此：网络连目标的平均大小都没有学到。可增大 --epochs 或 --patience、"
        "更换 --learning-rate（或 auto），或减小 --weight-decay。",
    ),
    "one_sided_time_advice": (
        "The target drifts with time, and a network does not go on with a trend beyond the rows it "
        "has seen: predict the change since a known value, train on more recent rows, or train "
        "anew often.",
        "目标随时间漂移，而网络无法把趋势延续到见过的范围之外：可改为预测相对于某个已知值的变化、"
        "用更近期的行训练，或经常重新训练。",
    ),
    "rare_class": (
        "Class {classes} has only {train} training, {validation} validation and {test} test rows: "
        "what is said of it rests on these few.",
        "类别 {classes} 只有 {train} 行训练、{validation} 行验证和 {test} 行测试数据："
        "关于它的结论仅依据这些行。",
    ),
    "rare_classes": (
        "{count} classes have few rows to be judged by, together {train} training, {validation} "
        "validation and {test} test rows: what is said of them rests on these few. They are "
        "{classes}.",
        "{count} 个类别可供评判的行很少，共 {train} 行训练、{validation} 行验证和 {test} 行测试数据"
        "：关于它们的结论仅依据这些行。它们是 {classes}。",
    ),
    "rare_classes_advice": (
        "Gather more rows of such classes, use a larger --test share, or repeat the run with "
        "several --seed values; trust the intervals, not the values.",
        "收集更多此类行、增大 --test 的比例，或用多个 --seed 重复训练；请以区间而非单个值为准。",
    ),
    "no_signal": (
        "On the {rows} rows that were held back, for validation or for test, neither the network "
        "nor a linear model nor gradient boosting came out better than always saying the same "
        "({measure} on these rows: {other:.3g} and at best {rival:.3g} against {nothing:.3g}).",
        "在留出的 {rows} 行（用于验证或测试）上，网络、线性模型和梯度提升的结果都不比始终给出"
        "同一预测更好（这些行上的{measure}：{other:.3g}、最好 {rival:.3g}，对比 {nothing:.3g}）。",
    ),
    "no_signal_linear": (
        "On the {rows} rows that were held back, for validation or for test, neither the network "
        "nor a linear model came out better than always saying the same ({measure} on these rows: "
        "{other:.3g} and {rival:.3g} against {nothing:.3g}).",
        "在留出的 {rows} 行（用于验证或测试）上，网络和线性模型的结果都不比始终给出同一预测更好"
        "（这些行上的{measure}：{other:.3g} 和 {rival:.3g}，对比 {nothing:.3g}）。",
    ),
    "no_signal_boosting": (
        "On the {rows} rows that were held back, for validation or for test, neither the network "
        "nor gradient boosting came out better than always saying the same ({measure} on these "
        "rows: {other:.3g} and {rival:.3g} against {nothing:.3g}).",
        "在留出的 {rows} 行（用于验证或测试）上，网络和梯度提升的结果都不比始终给出同一预测更好"
        "（这些行上的{measure}：{other:.3g} 和 {rival:.3g}，对比 {nothing:.3g}）。",
    ),
    "no_signal_advice": (
        "The columns may say little of the target: look for others, or for more rows.",
        "这些列可能与目标关系不大：请寻找其他列或更多行。",
    ),
    "heavy_rows_labels": (
        "{count} of {of} training rows carry {share:.0%} of the loss; the network is nearly sure "
        "that their labels are others. Rows {rows}.",
        "{of} 个训练行中有 {count} 行占了 {share:.0%} 的损失；"
        "网络几乎确信它们的标签有误。行号：{rows}。",
    ),
    "heavy_rows_labels_advice": (
        "Look at these rows: their labels may be wrong. If they are right, a column that explains "
        "them is missing.",
        "请检查这些行：标签可能有误。如果标签正确，则缺少能解释它们的列。",
    ),
    "heavy_rows_numbers": (
        "{count} of {of} training rows carry {share:.0%} of the squared error: they are outliers. "
        "Rows {rows}.",
        "{of} 个训练行中有 {count} 行占了 {share:.0%} 的平方误差，属于离群值。行号：{rows}。",
    ),
    "heavy_rows_numbers_advice": (
        "Look at these rows for wrong values. If they are right, try --loss huber, or the "
        "logarithm of the target.",
        "请检查这些行的值是否有误。如果无误，可尝试 --loss huber，或对目标取对数。",
    ),
    "heavy_rows_missing": (
        "{count} of {of} training rows carry {share:.0%} of the loss, and {shared} of them have no "
        "value in column {column} ({lacking} of all training rows have none): without it they "
        "cannot be told. Rows {rows}.",
        "{of} 个训练行中有 {count} 行占了 {share:.0%} 的损失，其中 {shared} 行在列 {column} 中"
        "没有值（全部训练行中有 {lacking} 行没有）：缺少该值就无法预测。行号：{rows}。",
    ),
    "heavy_rows_missing_advice": (
        "Find out the values of {column}, or add a column that says as much. Predictions of rows "
        "without it are rough: judge them apart, or leave such rows out.",
        "请补上 {column} 的值，或增加含有同样信息的列。缺少该值的行预测粗略："
        "请单独评判这些行，或将其去掉。",
    ),
    "more_rows": (
        "More rows are likely to help: from {half} to {rows} training rows the {measure} on "
        "others fell from {before:.3g} to {after:.3g}, and that on training rows is {train:.3g}.",
        "更多的行很可能有帮助：训练行从 {half} 增加到 {rows} 时，其他行上的{measure}"
        "从 {before:.3g} 降到 {after:.3g}，训练行上为 {train:.3g}。",
    ),
    "more_rows_advice": (
        "Gather more rows if they can be had: the error has not come to rest with those that there "
        "are.",
        "如有可能，请收集更多数据行：就现有的行数而言，误差尚未趋于平稳。",
    ),
    "small_validation": (
        "The run was stopped on {rows} validation rows only: with so few the best epoch is partly "
        "luck.",
        "训练仅依据 {rows} 个验证行来停止：行数太少，最佳轮次有一定偶然性。",
    ),
    "small_validation_advice": (
        "Use a larger --validation share, or repeat the run with several --seed values.",
        "增大 --validation 的比例，或用多个 --seed 重复训练。",
    ),
}
