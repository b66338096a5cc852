"""The table of alerts is made of the rules."""

import re

from tools.alert_tables import alerts_table


def test_every_alert_has_a_row_that_leads_to_its_page_and_says_what_it_says_without_templates() -> None:
    rows = re.findall(
        r"^\| \[(\w+)\]\(runbooks/(\w+)\.md\) \| (\w+) \| ([\w ]+) \| (.+) \|$", alerts_table(), re.MULTILINE
    )
    assert len(rows) > 40
    assert [name for name, page, *_ in rows if name != page] == []
    assert [says for *_, says in rows if "{{" in says or "|" in says] == []
    assert ("ScannerEngineDown", "ScannerEngineDown", "critical", "10m") in [row[:4] for row in rows]
