"""One HTML page that needs no network and runs no script; source code in it is text, whatever it says."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from asynccost import __version__
from asynccost.model import Finding
from asynccost.report import Report, by_weight, headline, per_rule
from asynccost.report.fix_diff import diff
from asynccost.report.frame import frame, lines_of, visible

_STYLE = """
:root { color-scheme: light dark;
  --ink: #1c1e21; --paper: #fff; --soft: #f3f4f6; --line: #d0d4da; --dim: #565d67;
  --error: #b3261e; --warning: #8a5300; --info: #0b5cad; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e6e8eb; --paper: #16181c; --soft: #20242a; --line: #3a4048; --dim: #a5adb8;
  --error: #ff8f85; --warning: #f2b35e; --info: #7cbcff; } }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .8rem .2rem 0; text-align: left; }
article { border: 1px solid var(--line); border-radius: .4rem; margin: 1rem 0; padding: .6rem 1rem; }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
pre { background: var(--soft); overflow-x: auto; padding: .5rem; border-radius: .3rem; }
pre b { color: var(--dim); font-weight: normal; user-select: none; }
mark { color: inherit; background: transparent; text-decoration: underline wavy; }
.dim { color: var(--dim); }
.error { color: var(--error); }
.warning { color: var(--warning); }
.info { color: var(--info); }
a { color: var(--info); } :target { outline: 2px solid var(--info); }
@media print { article { break-inside: avoid; } details { display: none; } }
"""


def render(report: Report) -> str:
    """The whole page."""
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>asynccost: {len(report.findings)} findings</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>asynccost</h1><p>{_text(headline(report))}</p></header>
<main>
{_counts(report)}{_problems(report)}{_findings(report)}{_pages(report)}</main>
<footer class="dim"><p>asynccost {__version__}</p></footer>
</body>
</html>
"""


def _text(text: str) -> str:
    return escape(visible(text))


def _counts(report: Report) -> str:
    rows = "".join(
        f'<tr><td><a href="#rule-{escape(rule)}">{escape(rule)}</a></td><td>{n:,}</td></tr>\n'
        for rule, n in per_rule(report.findings)
    )
    head = '<tr><th scope="col">rule</th><th scope="col">findings</th></tr>'
    return f"<table><caption>Findings by rule</caption>\n{head}\n{rows}</table>\n" if rows else ""


def _problems(report: Report) -> str:
    rows = "".join(f"<li>{_text(p.path)}:{p.line}: {_text(p.message)}</li>\n" for p in report.problems)
    return f'<h2 class="error">Not read</h2>\n<ul>\n{rows}</ul>\n' if rows else ""


def _findings(report: Report) -> str:
    cards = "".join(_card(report, f) for f in by_weight(report.findings))
    return f"<h2>Findings</h2>\n{cards}" if cards else ""


def _card(report: Report, f: Finding) -> str:
    where = f"{f.path}:{f.span.line}:{f.span.column}"
    places = "".join(f"<li>{_text(r.path)}:{r.span.line}: {_text(r.message)}</li>" for r in f.related)
    fix = f"<p>Fix ({f.fix.safety}): {_text(f.fix.reason)}</p>\n" if f.fix else ""
    if change := diff(report, f):
        fix += f"<pre>{escape(chr(10).join(change))}</pre>\n"
    return (
        f'<article id="f-{escape(f.fingerprint)}">\n<h3>{_text(where)}</h3>\n'
        f'<p><strong class="{f.severity}">{f.severity}</strong> '
        f'<a href="#rule-{escape(f.rule)}">{escape(f.rule)}</a> '
        f'<span class="dim">{f.confidence} confidence</span></p>\n<p>{_text(f.message)}</p>\n'
        f"{_code(report, f)}{f'<ul>{places}</ul>' if places else ''}{fix}</article>\n"
    )


def _code(report: Report, f: Finding) -> str:
    out, last = [], 0
    for line in frame(lines_of(report, f.path), f.span, 2_000):
        if last and line.number > last + 1:
            out.append("<b>  ...</b>")
        text = escape(line.text)
        if line.mark:
            start, end = line.mark
            before, inside, after = line.text[:start], line.text[start:end], line.text[end:]
            text = f"{escape(before)}<mark>{escape(inside)}</mark>{escape(after)}"
        out.append(f"<b>{line.number:5} </b>{text}")
        last = line.number
    return f"<pre>{chr(10).join(out)}</pre>\n" if out else ""


def _pages(report: Report) -> str:
    about = report.rules()
    names = [rule for rule, _ in per_rule(report.findings) if rule in about]
    pages = "".join(
        f'<details id="rule-{escape(n)}"><summary>{escape(n)}: {_text(about[n].summary)}</summary>\n'
        f"<pre>{escape(about[n].page.strip())}</pre></details>\n"
        for n in names
    )
    return f"<h2>Rules</h2>\n{pages}" if pages else ""
