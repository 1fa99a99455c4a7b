"""The parts that all benchmarks of speed share: who takes part, how rounds run, what is reported.

threads       how many cores, decided before any library is loaded; the machine in words
network       what is trained, as numbers and names
problem       a network with data, first weights and the order of rows, the same for everybody
contestant    what a library has to do; the list of those who do it
with_*        one library each
agreement     whether all train the same network
rounds        timing, interleaved
peak          the most arithmetic that the machine does with these threads
report        tables, JSON, pictures
"""
