import report_sample

from xlalign.reporting.corpora import corpus_report


def test_steps_are_in_the_order_of_the_filters_then_the_rest():
    report = corpus_report("prepare", report_sample.prepare_report())
    assert [step.name for step in report.filters] == ["ratio", "identical", "duplicate", "evaluation:xnli", "length"]
    assert [step.removed for step in report.filters] == [1841, 388, 5120, 41, 0]


def test_demands_thresholds_and_samples():
    steps = {step.name: step for step in corpus_report("p", report_sample.prepare_report()).filters}
    assert steps["length"].demand == "min 1, max 100 words"
    assert steps["ratio"].thresholds == (3.0,)
    assert steps["identical"].demand == ""
    assert steps["ratio"].samples[0].place == "news.tsv:12"


def test_sizes_and_parts():
    report = corpus_report("p", report_sample.prepare_report())
    assert report.sizes == {"train": 38_696, "dev": 1000}
    assert [(part.languages, part.reason) for part in report.parts] == [("en-de", "ratio"), ("en-hi", "ratio")]


def test_a_report_of_nothing():
    report = corpus_report("p", {"read": 0, "kept": 0})
    assert report.filters == ()
