"""What the room `evaluation` says: for each name the English and the Chinese text."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # Sentences one after the other, and lists.
    "two": ("{first} {second}", "{first}{second}"),
    "list": ("{first}, {second}", "{first}、{second}"),
    "and": ("{first} and {second}", "{first}和{second}"),
    "or": ("{first} or {second}", "{first}或{second}"),
    # What a network is compared with.
    "constant_classes": (
        "always saying the most frequent class",
        "始终预测最常见的类别",
    ),
    "constant_probabilities": (
        "always giving the frequencies of the classes",
        "始终给出各类别的频率",
    ),
    "constant_alike": (
        "always giving every class the same probability",
        "始终给各类别相同的概率",
    ),
    "constant_number": ("always saying the mean", "始终预测平均值"),
    "constant_median": ("always saying the median", "始终预测中位数"),
    "constant_geometric": (
        "always saying the mean on the logarithmic scale",
        "始终预测对数尺度上的平均值",
    ),
    "constant_quantile": (
        "always saying the {level:g} % quantile of the training rows",
        "始终预测训练行的 {level:g} % 分位数",
    ),
    "constant_distribution": (
        "always saying the mean and deviation of the training rows",
        "始终给出训练行的平均值和标准差",
    ),
    "linear": ("a linear model", "线性模型"),
    "boosting": ("gradient boosting", "梯度提升"),
    "the_constant": ("The constant prediction", "常数预测"),
    "the_linear": ("The linear model", "线性模型"),
    "the_boosting": ("Gradient boosting", "梯度提升"),
    # How baselines were fitted.
    "fitted_on_some": (
        "{name} was fitted on {rows:,} of {all:,} rows, as many as its budget allows.",
        "{name}在 {all:,} 行中的 {rows:,} 行上拟合，这是预算所允许的行数。",
    ),
    "fewer_rounds": (
        "{name} had {rounds} rounds instead of {of}, as many as its budget allows.",
        "{name}只进行了 {rounds} 轮（原为 {of} 轮），这是预算所允许的轮数。",
    ),
    "no_round": (
        "{name} says the same of every row: on validation rows its first trees made it worse.",
        "{name}对每一行的预测都相同：最初几棵树就已使它在验证行上变差。",
    ),
    "not_converged": (
        "{name} had not come to rest after {rounds} steps.",
        "{name}在 {rounds} 步之后仍未收敛。",
    ),
    "moved": (
        "{name} predicts the mean, moved by the quantile of its errors on training rows.",
        "{name}预测平均值，再按其在训练行上误差的分位数平移。",
    ),
    "left_out": (
        "{name} was left out: even a small part of the rows takes more than its budget of "
        "{seconds:g} seconds.",
        "{name}未参加比较：即使只用一小部分行，也会超出 {seconds:g} 秒的预算。",
    ),
    "failed": (
        "{name} was left out, since it could not be fitted: {reason}.",
        "{name}无法拟合，未参加比较：{reason}。",
    ),
    "not_finite": (
        "{name} was left out, since some of its predictions are not finite numbers.",
        "{name}的部分预测不是有限的数，未参加比较。",
    ),
    # Rows.
    "rows_test": ("{rows:,} test {rows:row|rows}", "{rows:,} 行测试数据"),
    "rows_validation": ("{rows:,} validation {rows:row|rows}", "{rows:,} 行验证数据"),
    "rows_train": ("{rows:,} training {rows:row|rows}", "{rows:,} 行训练数据"),
    "in_groups": ("{rows} in {groups:,} {groups:group|groups}", "{rows}（{groups:,} 组）"),
    "only": ("only {rows}", "仅 {rows}"),
    # The verdict.
    "classes": (
        "On {rows} the network is right in {value:.1f} % of cases (95 % interval {low:.1f} to "
        "{high:.1f} %): {comparison}.",
        "在 {rows}上，网络的正确率为 {value:.1f} %（95 % 置信区间为 {low:.1f} % 至 "
        "{high:.1f} %）：{comparison}。",
    ),
    "classes_balanced": (
        "On {rows} the network is right in {value:.1f} % of a class's rows, as the mean over the "
        "classes (95 % interval {low:.1f} to {high:.1f} %): {comparison}.",
        "在 {rows}上，网络对各类别的行的平均正确率为 {value:.1f} %（95 % 置信区间为 {low:.1f} % 至 "
        "{high:.1f} %）：{comparison}。",
    ),
    "rare_class": (
        "On {rows}, {count:,} of them {label!r}, the network finds these with an average precision "
        "of {value:.1f} % (95 % interval {low:.1f} to {high:.1f} %), where guessing has "
        "{guess:.1f} %: {comparison}. That it is right in {right:.1f} % of all cases says little, "
        "since most are of one class.",
        "在 {rows}中有 {count:,} 行为 {label!r}，网络找出它们的平均精确率为 {value:.1f} %"
        "（95 % 置信区间为 {low:.1f} % 至 {high:.1f} %），而随机猜测为 {guess:.1f} %："
        "{comparison}。由于绝大多数行属于同一类别，{right:.1f} % 的总体正确率说明不了什么。",
    ),
    "numbers": (
        "On {rows} the network is off by {mean:.3g} on average, and by {value:.3g} in root mean "
        "square (95 % interval {low:.3g} to {high:.3g}): {comparison}.",
        "在 {rows}上，网络的平均绝对误差为 {mean:.3g}，均方根误差为 {value:.3g}"
        "（95 % 置信区间为 {low:.3g} 至 {high:.3g}）：{comparison}。",
    ),
    "numbers_median": (
        "On {rows} the network is off by {value:.3g} on average (95 % interval {low:.3g} to "
        "{high:.3g}): {comparison}.",
        "在 {rows}上，网络的平均绝对误差为 {value:.3g}（95 % 置信区间为 {low:.3g} 至 "
        "{high:.3g}）：{comparison}。",
    ),
    "numbers_rmsle": (
        "On {rows} the network is off by {mean:.3g} on average, and by a factor of {value:.3g} in "
        "root mean square of the logarithms (95 % interval {low:.3g} to {high:.3g}): {comparison}.",
        "在 {rows}上，网络的平均绝对误差为 {mean:.3g}；按对数的均方根计，误差为 {value:.3g} 倍"
        "（95 % 置信区间为 {low:.3g} 至 {high:.3g}）：{comparison}。",
    ),
    "numbers_rmsle_plus": (
        "On {rows} the network is off by {mean:.3g} on average. With 1 added to truth and "
        "prediction, so that 0 has a logarithm, it is off by a factor of {value:.3g} in root mean "
        "square of the logarithms (95 % interval {low:.3g} to {high:.3g}): {comparison}.",
        "在 {rows}上，网络的平均绝对误差为 {mean:.3g}。真实值与预测值各加 1（使 0 也有对数）后，"
        "按对数的均方根计，误差为 {value:.3g} 倍（95 % 置信区间为 {low:.3g} 至 {high:.3g}）："
        "{comparison}。",
    ),
    "numbers_pinball": (
        "On {rows} {coverage:.1f} % of the true values are at most the prediction, which is to be "
        "the {level:g} % quantile; its pinball loss is {value:.3g} (95 % interval {low:.3g} to "
        "{high:.3g}): {comparison}.",
        "在 {rows}上，{coverage:.1f} % 的真实值不超过预测值，而预测值应为 {level:g} % 分位数；"
        "分位数损失为 {value:.3g}（95 % 置信区间为 {low:.3g} 至 {high:.3g}）：{comparison}。",
    ),
    "numbers_nll": (
        "On {rows} the intervals that are to hold {level:g} % of the true values hold "
        "{coverage:.1f} %, and the network is off by {mean:.3g} on average; its negative "
        "log-likelihood is {value:.3g} (95 % interval {low:.3g} to {high:.3g}): {comparison}.",
        "在 {rows}上，应包含 {level:g} % 真实值的区间实际包含 {coverage:.1f} %，"
        "平均绝对误差为 {mean:.3g}；负对数似然为 {value:.3g}"
        "（95 % 置信区间为 {low:.3g} 至 {high:.3g}）：{comparison}。",
    ),
    "compared": ("it {clauses}", "它{clauses}"),
    "better": ("is better than {models}", "优于{models}"),
    "worse": ("is worse than {models}", "不如{models}"),
    "cannot_tell": ("cannot be told apart from {models}", "与{models}分不出高下"),
    "both": ("{first}, and {second}", "{first}；{second}"),
    "all_three": ("{first}, {second}, and {third}", "{first}；{second}；{third}"),
    "no_comparison": ("there is nothing to compare it with", "没有可供比较的模型"),
    "same_by_log_loss": (
        "By log loss, which also counts how sure the network is, it compares alike.",
        "按对数损失（还考虑网络的把握程度），比较结果相同。",
    ),
    "same_by_log_loss_balanced": (
        "By log loss with classes that count alike, which also counts how sure the network is, it "
        "compares alike.",
        "按各类别同等计算的对数损失（还考虑网络的把握程度），比较结果相同。",
    ),
    "by_log_loss_balanced": (
        "By log loss with classes that count alike, which also counts how sure the network is, "
        "{comparison}.",
        "按各类别同等计算的对数损失（还考虑网络的把握程度）来看，{comparison}。",
    ),
    "by_log_loss": (
        "By log loss, which also counts how sure the network is, {comparison}.",
        "对数损失还考虑网络的把握程度，按它来看，{comparison}。",
    ),
    "loses": (
        "Plainly: the network loses against {models}.",
        "直说：网络输给了{models}。",
    ),
    "loses_to_constant": (
        "Plainly: the network loses against {models}; by this measure it is of no use as it is.",
        "直说：网络输给了{models}；以此衡量，照现在这样它没有用处。",
    ),
    "loses_to_simple": (
        "Plainly: the network loses against {models}; for these data the linear model is the "
        "better choice as things stand.",
        "直说：网络输给了{models}；就目前而言，线性模型更适合这些数据。",
    ),
    "too_sure": (
        "It is right more often than {guess}, but so sure of its mistakes that its probabilities "
        "are worth less than {frequencies}: do not rely on them.",
        "它比{guess}更常正确，但对自己的错误过于自信，其概率还不如{frequencies}：请勿依赖这些概率。",
    ),
    "nothing_to_see": (
        "So either the network has learned nothing, or there are too few rows to show it.",
        "因此，要么网络什么也没有学到，要么行数太少，看不出来。",
    ),
    "few_rows": (
        "So few rows show large differences only, and others may tell otherwise.",
        "行数这么少，只能看出很大的差别，换一些行结论可能不同。",
    ),
    "few_groups": (
        "So few groups show large differences only, and others may tell otherwise.",
        "组数这么少，只能看出很大的差别，换一些组结论可能不同。",
    ),
    "too_few": (
        "With only {rows} nothing can be told: a verdict needs {least} rows at least, and more to "
        "be of use.",
        "只有 {rows}，什么也说明不了：至少需要 {least} 行才能作出评判，要有用则需更多。",
    ),
    "too_few_groups": (
        "With only {rows} nothing can be told: a verdict needs {least} groups at least, and more "
        "to be of use.",
        "只有 {rows}，什么也说明不了：至少需要 {least} 组才能作出评判，要有用则需更多。",
    ),
    "no_rows": (
        "There is no test part, so nothing can be said about rows that the network has not seen.",
        "没有测试数据，因此无法说明网络在未见过的行上表现如何。",
    ),
    "not_defined": (
        "On {rows} the network's error is larger than any number that can be written.",
        "在 {rows}上，网络的误差超出了可表示的数的范围。",
    ),
    "rests_on_column": (
        "This score rests on column {columns}, which gives the target away: if it is only known "
        "afterwards, the score is worth nothing.",
        "该成绩建立在泄露目标的列 {columns} 之上：如果它在事后才知道，这个成绩就毫无意义。",
    ),
    "rests_on_columns": (
        "This score rests on the columns {columns}, which give the target away: if they are only "
        "known afterwards, the score is worth nothing.",
        "该成绩建立在泄露目标的列 {columns} 之上：如果它们在事后才知道，这个成绩就毫无意义。",
    ),
    "seen_validation": (
        "These rows decided when training stopped, so new ones are likely to fare somewhat worse.",
        "这些行决定了训练何时停止，因此在新的行上表现很可能略差一些。",
    ),
    "seen_train": (
        "The network was trained on these very rows, so new ones are likely to fare worse.",
        "网络正是用这些行训练的，因此在新的行上表现很可能更差。",
    ),
}
