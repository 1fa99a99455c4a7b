"""What the room `data` says: for each name the English and the Chinese text."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "and_more": ("{shown} and {count} more", "{shown} 以及另外 {count} 个"),
    # What columns are taken for, and how they become numbers.
    "date_becomes": ("becomes {parts}", "转化为{parts}"),
    "date_and": ("{first}, {second}", "{first}、{second}"),
    "date_trend": ("a trend", "趋势"),
    "date_year": ("the place in the year", "在一年中的位置"),
    "date_week": ("the place in the week", "在一周中的位置"),
    "date_day": ("the time of day", "一天中的时刻"),
    "date_weekday": ("the weekday", "星期几"),
    "column_one": ("column {names} is", "列 {names} "),
    "column_many": ("columns {names} are", "列 {names} "),
    "column_empty": (
        "{columns} left out: no training row has a value",
        "{columns}未被使用：训练行中没有任何值",
    ),
    "column_constant": (
        "{columns} left out: the same value in all training rows",
        "{columns}未被使用：所有训练行的值都相同",
    ),
    "column_counter": (
        "{columns} left out: the numbers count up by one from row to row, and if they only number "
        "the rows they are of no use for new ones (--column {example}=number keeps them)",
        "{columns}未被使用：数字逐行加一，如果只是行号，对新的行没有用处"
        "（--column {example}=number 可保留）",
    ),
    "column_numbered": (
        "{columns} left out: named like identifiers, with a whole number of its own in every "
        "training row (--column {example}=number keeps it)",
        "{columns}未被使用：从名称看是行的标识，且每个训练行的整数都不相同"
        "（--column {example}=number 可保留）",
    ),
    "column_index": (
        "{columns} left out: without a name, and with a whole number of its own in every training "
        "row, as the index of a frame (--column {example}=number keeps it)",
        "{columns}未被使用：没有列名，且每个训练行的整数都不相同，像数据框的索引"
        "（--column {example}=number 可保留）",
    ),
    "column_identifier": (
        "{columns} left out: nearly every training row has a word of its own, as names and "
        "identifiers do, which is of no use for new rows (--column {example}=category keeps it)",
        "{columns}未被使用：几乎每个训练行的值都不相同，像名称或标识一样，对新的行没有用处"
        "（--column {example}=category 可保留）",
    ),
    "column_text": (
        "{columns} left out: free text, which this network cannot read",
        "{columns}未被使用：自由文本，本网络无法读取",
    ),
    "column_unusable": (
        "{columns} left out: the values are neither numbers, text, dates nor booleans",
        "{columns}未被使用：其中的值既不是数字、文本、日期，也不是布尔值",
    ),
    "column_sentinel": (
        "column {column!r} is exactly {value} in {count} of {rows} training rows, far outside the "
        "others ({low} to {high}): if that means that there is no value, say so ({option})",
        "列 {column!r} 在 {rows} 个训练行中的 {count} 行恰好是 {value}，远在其他值"
        "（{low} 至 {high}）之外：如果它表示缺失，请说明（{option}）",
    ),
    "missing_no_column": (
        "--missing {text}: {source} has no column {name!r}{hint}, so the whole text means that "
        "there is no value, in all columns",
        "--missing {text}：{source} 没有列 {name!r}{hint}，因此整个文本在所有列中表示缺失",
    ),
    "missing_no_value": (
        "--missing {text}: {source} has no such value in column {name!r}, of which every row has "
        "another",
        "--missing {text}：{source} 的列 {name!r} 中没有这个值，每一行都是其他值",
    ),
    "column_code": (
        "column {column!r} holds whole numbers that may be codes; if their order means nothing, "
        "write {option}",
        "列 {column!r} 中的整数可能是代码；如果其大小顺序没有意义，请写 {option}",
    ),
    "column_spellings": (
        "column {column!r} has words that differ only in upper and lower case or in blanks, and "
        "count as the same: {words}",
        "列 {column!r} 中有些词只有大小写或空格不同，视为同一个：{words}",
    ),
    "column_equal": (
        "columns {names} hold the same values in all training rows: one is enough ({options})",
        "列 {names} 在所有训练行中的值都相同：保留其中一列即可（{options}）",
    ),
    "column_level": (
        "no row has the value {levels} that was told of column {column!r}: its values are {values}",
        "列 {column!r} 被告知的取值 {levels} 在任何行中都没有出现：该列的取值有 {values}",
    ),
    "column_other": (
        "column {column!r} has more than {most} different words (the {kept} most frequent are "
        "told apart, all others count as one)",
        "列 {column!r} 有超过 {most} 个不同的词（区分最常见的 {kept} 个，其余合并为一类）",
    ),
    "column_rare": (
        "column {column!r} has {kept} categories that are told apart; {rare} more are too rare in "
        "the training rows, and count as one together with those that no training row has",
        "列 {column!r} 区分 {kept} 个类别；另有 {rare} 个类别在训练行中太少见，"
        "与训练行中没有出现的类别合并为一类",
    ),
    # How rows are split.
    "split_random": ("random split, seed {seed}", "随机划分，种子 {seed}"),
    "split_stratified": (
        "stratified random split, seed {seed}",
        "按类别分层的随机划分，种子 {seed}",
    ),
    "split_time": ("in order of {column!r}, all for training", "按 {column!r} 排序，全部用于训练"),
    "split_time_validation": (
        "split by time: validation from {column!r} {validation} on",
        "按时间划分：{column!r} 从 {validation} 起用于验证",
    ),
    "split_time_test": (
        "split by time: test from {column!r} {test} on",
        "按时间划分：{column!r} 从 {test} 起用于测试",
    ),
    "split_time_validation_test": (
        "split by time: validation from {column!r} {validation} on, test from {test} on",
        "按时间划分：{column!r} 从 {validation} 起用于验证，从 {test} 起用于测试",
    ),
    "split_time_learned": (
        "the network that is kept has learned from rows up to {column!r} {last} and from none "
        "after them: once the verdict is known, train anew with a smaller --validation and --test "
        "before predicting what comes later",
        "保留的网络只从 {column!r} 至 {last} 为止的行中学习，没有学习之后的任何行：得到评价之后，"
        "在预测更晚的数据之前，请用更小的 --validation 和 --test 重新训练",
    ),
    "split_group": (
        "split by the {groups} groups of {column!r}, seed {seed}",
        "按 {column!r} 的 {groups} 个组划分，种子 {seed}",
    ),
    "split_without_time_one": (
        "1 row has no {column!r} and cannot be placed in time: it is left out",
        "有 1 行没有 {column!r}，无法按时间排列，未被使用",
    ),
    "split_without_time": (
        "{count} rows have no {column!r} and cannot be placed in time: they are left out",
        "{count} 行没有 {column!r}，无法按时间排列，未被使用",
    ),
    "split_given": (
        "{part} rows from a table of their own",
        "{part}行来自单独的表",
    ),
    "split_own": (
        "no rows were split off",
        "没有划分出任何行",
    ),
    # What is predicted.
    "target_missing_one": (
        "{source}: {count} row has no {target!r} and cannot be used",
        "{source}：有 {count} 行缺少 {target!r}，无法使用",
    ),
    "target_missing": (
        "{source}: {count} rows have no {target!r} and cannot be used",
        "{source}：有 {count} 行缺少 {target!r}，无法使用",
    ),
    "target_whole_numbers": (
        "the target {target!r} holds {count} different whole numbers, which were taken for "
        "classes; with --task regression they are quantities",
        "目标列 {target!r} 有 {count} 个不同的整数，被当作类别；--task regression 可将其当作数量",
    ),
    "target_single_row": (
        "the class {classes} has only one training row",
        "类别 {classes} 只有一个训练行",
    ),
    "target_single_rows": (
        "the classes {classes} have only one training row each",
        "类别 {classes} 各只有一个训练行",
    ),
    "target_log": (
        "{column!r} is learned on the scale {log}: predictions are near the median of what is to "
        "be expected, which for noisy data is below the mean",
        "{column!r} 在 {log} 尺度上学习：预测值接近预期的中位数，对有噪声的数据会低于平均值",
    ),
    # What gives the target away, or makes the test easier than life will be.
    "leak_nearly": (
        "column {column!r} alone predicts {share:.1%} of the variance of the ranks of {target!r}, "
        "more than columns usually do: if it is only known afterwards, leave it out with "
        "--drop {option}",
        "仅列 {column!r} 就能预测 {target!r}  的秩方差的 {share:.1%}，高于通常的列："
        "如果它事后才知道，请用 --drop {option} 去掉",
    ),
    "leak_column": (
        "column {column!r} alone predicts {target!r} almost perfectly ({evidence}): if it is only "
        "known afterwards, leave it out with --drop {option}",
        "仅用列 {column!r} 就几乎能完全预测 {target!r}（{evidence}）：如果它在事后才知道，"
        "请用 --drop {option} 去掉",
    ),
    "leak_renamed": (
        "column {column!r} is the target {target!r} under other names: leave it out with "
        "--drop {option}",
        "列 {column!r} 只是目标 {target!r} 的另一种写法：请用 --drop {option} 去掉",
    ),
    "leak_errors": (
        "{errors} of {rows} training rows wrong",
        "{rows} 个训练行中错 {errors} 个",
    ),
    "leak_ranks": (
        "{share:.1%} of the variance of its ranks",
        "解释其秩方差的 {share:.1%}",
    ),
    "leak_pair": (
        "{first!r} {sign} {second!r} is the target {target!r}: if they are only known afterwards, "
        "leave them out with --drop {first_option} --drop {second_option}",
        "{first!r} {sign} {second!r} 就是目标 {target!r}：如果它们在事后才知道，"
        "请用 --drop {first_option} --drop {second_option} 去掉",
    ),
    "leak_duplicates": (
        "{count} of {rows} {part} rows ({share:.1%}) have the same features as a training row, so "
        "the error on new rows may be larger than the one found",
        "{rows} 个{part}行中有 {count} 个（{share:.1%}）与某个训练行的特征完全相同，"
        "因此对新数据的误差可能更大",
    ),
    "leak_part_test": ("test", "测试"),
    "leak_part_validation": ("validation", "验证"),
    "leak_time": (
        "column {column!r} holds times, but rows are split by chance: if the network will be used "
        "on later rows than it learned from, test it so with --split {option}",
        "列 {column!r} 是时间，但行是随机划分的：如果网络将用于更晚的数据，"
        "请用 --split {option} 这样测试",
    ),
    "leak_group": (
        "several rows have the same {column!r} ({values} different ones in {rows} rows), but rows "
        "are split by chance: if the network will be used on others, test it so with "
        "--split {option}",
        "多个行有相同的 {column!r}（{rows} 行中有 {values} 个不同的值），但行是随机划分的："
        "如果网络将用于新的对象，请用 --split {option} 这样测试",
    ),
    # How a table was read.
    "read_line": (" (line {line})", "（第 {line} 行文本）"),
    "read_skipped_one": (
        "{source}: the first line, {first!r}, stands before the table and was passed over "
        "(--skip-lines 0 reads it)",
        "{source}：第一行 {first!r} 在表格之前，已跳过（--skip-lines 0 可读取它）",
    ),
    "read_skipped": (
        "{source}: the first {count} lines, from {first!r} on, stand before the table and were "
        "passed over (--skip-lines 0 reads them)",
        "{source}：开头 {count} 行（从 {first!r} 起）在表格之前，已跳过（--skip-lines 0 可读取）",
    ),
    "read_repeated_header": (
        "{source}: the header stands again in line {lines}, where it was passed over",
        "{source}：表头在第 {lines} 行文本重复出现，已跳过",
    ),
    "read_row_of_units": (
        "{source}: row {row}{line} seems to name units ({words}): if so, take it out of the file",
        "{source}：第 {row} 行{line}似乎是单位（{words}）：如果是，请从文件中去掉",
    ),
    "read_row_of_totals": (
        "{source}: row {row}{line} seems to hold totals ({words}): if so, take it out of the file",
        "{source}：第 {row} 行{line}似乎是合计（{words}）：如果是，请从文件中去掉",
    ),
    "read_code": (
        "{source}: column {name!r} is text because of {value!r} in row {row}{line}, "
        "which begins with a superfluous zero as codes do: each code is a category",
        "{source}：列 {name!r} 作为文本，因为第 {row} 行{line}的 {value!r} "
        "像编码一样以多余的零开头：每个编码是一个类别",
    ),
    "read_digits": (
        "{source}: column {name!r} is text because of {value!r} in row {row}{line}, "
        "which has more digits than a number holds: each value is a name, unless {option} "
        "(of a target: --task regression) takes them for rounded numbers",
        "{source}：列 {name!r} 作为文本，因为第 {row} 行{line}的 {value!r} "
        "的位数超出数字所能保存的范围：每个值都是一个名称，"
        "除非用 {option}（目标列用 --task regression）把它们当作舍入后的数字",
    ),
    "read_marks": (
        "{source}: column {name!r}: {marks} among its values count as missing",
        "{source}：列 {name!r} 中的 {marks} 视为缺失",
    ),
    "read_as_bounds": (
        "{source}: column {name!r}: {words} are read as the numbers that bound them; if the column "
        "holds names, train with --column {option}",
        "{source}：列 {name!r} 中的 {words} 按其界限值读作数字；"
        "如果该列是名称，训练时请用 --column {option}",
    ),
    "read_as_words": (
        "{source}: column {name!r} is numbers in {fitting} of its {rows} values, and {words} count "
        "as missing; if the column holds names, train with --column {option}",
        "{source}：列 {name!r} 的 {rows} 个值中有 {fitting} 个是数字，{words} 视为缺失；"
        "如果该列是名称，训练时请用 --column {option}",
    ),
    "read_stray_numbers": (
        "{source}: column {name!r} is text because of {strays}, first in row {row}{line}, though "
        "{fitting} of its {rows} values are numbers; if they mean that there is no value, say so "
        "({options})",
        "{source}：列 {name!r} 作为文本，因为有 {strays}（首次出现在第 {row} 行{line}），"
        "尽管 {rows} 个值中有 {fitting} 个是数字；如果它们表示缺失，请说明（{options}）",
    ),
    "read_stray_dates": (
        "{source}: column {name!r} is text because of {strays}, first in row {row}{line}, though "
        "{fitting} of its {rows} values are dates of one form; if they mean that there is no "
        "value, say so ({options})",
        "{source}：列 {name!r} 作为文本，因为有 {strays}（首次出现在第 {row} 行{line}），"
        "尽管 {rows} 个值中有 {fitting} 个是同一种写法的日期；"
        "如果它们表示缺失，请说明（{options}）",
    ),
    "read_stray_bounds": (
        "{source}: column {name!r} is text because of {strays}, first in row {row}{line}, though "
        "{fitting} of its {rows} values are numbers",
        "{source}：列 {name!r} 作为文本，因为有 {strays}（首次出现在第 {row} 行{line}），"
        "尽管 {rows} 个值中有 {fitting} 个是数字",
    ),
    "read_stray_comma": (
        "{source}: column {name!r} is text because of {strays}, first in row {row}{line}, though "
        "{fitting} of its {rows} values are numbers: if the comma is its decimal mark, say so",
        "{source}：列 {name!r} 作为文本，因为有 {strays}（首次出现在第 {row} 行{line}），"
        "尽管 {rows} 个值中有 {fitting} 个是数字：如果逗号是小数点，请说明",
    ),
    "read_unsure": (
        "{source}: column {name!r} is text, such as {value!r} in row {row}{line}, though it could "
        "be read as numbers; if it holds quantities, say so (--column {name}=number)",
        "{source}：列 {name!r} 作为文本（如第 {row} 行{line}的 {value!r}），但也可以读作数字；"
        "如果它是数量，请说明（--column {name}=number）",
    ),
    "read_dates_mixed": (
        "{source}: column {name!r} is text, because its dates are written in more than one form: "
        "{first!r} in {first_place}, {second!r} in {second_place}",
        "{source}：列 {name!r} 作为文本，因为其中的日期写法不一："
        "{first!r}（{first_place}），{second!r}（{second_place}）",
    ),
    "read_dates_two_ways": (
        "{source}: column {name!r} is text, because its dates, such as {first!r} in {first_place}, "
        "can be {first_form} and {second_form}, and no value decides: write them as YYYY-MM-DD",
        "{source}：列 {name!r} 作为文本，因为其中的日期（如 {first_place} 的 {first!r}）"
        "既可以是 {first_form} 也可以是 {second_form}，没有值能够判定：请写成 YYYY-MM-DD",
    ),
    "read_nameless_one": (
        "{source}: a column has no name: it is called {names}",
        "{source}：有一列没有名称，命名为 {names}",
    ),
    "read_nameless": (
        "{source}: some columns have no names: they are called {names}",
        "{source}：有些列没有名称，命名为 {names}",
    ),
    "read_nothing_one": (
        "{source}: the last column has neither a name nor a value, and is left out",
        "{source}：最后一列既没有名称也没有值，未被使用",
    ),
    "read_nothing": (
        "{source}: the last {count} columns have neither names nor values, and are left out",
        "{source}：最后 {count} 列既没有名称也没有值，未被使用",
    ),
    "read_notation": (
        "{source}: column {name!r} holds numbers: {text!r} was read as {number}",
        "{source}：列 {name!r} 是数字：{text!r} 被读作 {number}",
    ),
    "read_notation_unit": (
        "{source}: column {name!r} holds numbers with the unit {unit!r}: {text!r} was read as "
        "{number}",
        "{source}：列 {name!r} 是带单位 {unit!r} 的数字：{text!r} 被读作 {number}",
    ),
    "read_seconds": (
        "{source}: column {name!r} holds durations or times of day: they are taken as seconds",
        "{source}：列 {name!r} 是时长或一天中的时刻：按秒数使用",
    ),
    "read_no_header": (
        "{source}: the first line was taken for a row, not for a header, since {reason}; "
        "the columns are called {names}",
        "{source}：第一行被当作数据而不是表头，因为{reason}；各列命名为 {names}",
    ),
    "read_reason_number": (
        "it has {value!r} where the other rows have numbers",
        "它在其他行是数字的位置上是 {value!r}",
    ),
    "read_reason_value": (
        "its {value!r} occurs in other rows too",
        "其中的 {value!r} 也出现在其他行",
    ),
    "read_reason_repeated": (
        "its {value!r} occurs twice in it",
        "其中的 {value!r} 出现了两次",
    ),
    "read_reason_empty": ("one of its fields is empty", "其中有一个字段为空"),
    "read_header_unclear": (
        "{source}: the first line was taken for a header, though nothing in it tells it from the "
        "rows below; if it is a row, say that there is no header",
        "{source}：第一行被当作表头，但它与下面的行没有明显区别；如果它是数据，请说明没有表头",
    ),
}
