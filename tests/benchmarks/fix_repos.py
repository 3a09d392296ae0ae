"""`fix --unsafe` over whole repositories: `python -m tests.benchmarks.fix_repos FOLDER... [--out DIR]`.

Nothing is written to them. For each: how many findings were fixed by rule, what is left and why, and what must not be:
files that the second parser refuses, comments that are gone, changes far from any finding, findings that a scan of
the changed texts still shows or shows anew, and a second run that changes something. --out: a patch each.
"""

import argparse
import re
import sys
import time
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

from asynccost import fixer, scanning
from asynccost.config import settings
from asynccost.config.selection import visible
from asynccost.engine import passes
from asynccost.fixer.patch import patch
from asynccost.rulebook import load

_NEAR = 40  # lines between a change and the finding that it is for, unless it stands at a module's top or a class's end
_COMMENT = re.compile(rb"(?<![\w:'\"/])(?:#|//)[ \t]*([^\r\n]+)")


def main() -> int:
    """Fix each in memory and judge the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    bad = 0
    for folder in options.folders:
        bad += _judge(folder, options.out)
    return int(bad > 0)


def _judge(folder: Path, out: Path | None) -> int:
    began = time.process_time()
    chosen = settings.load([str(folder)], isolated=True, options={"cache": False, "jobs": 1}, environment={})
    project = scanning.project(scanning.Input([str(folder)]), chosen)
    task = fixer.Task(project.sources, project.targets, chosen, unsafe=True)
    outcome = fixer.fix(task)
    print(f"{folder.name}: {len(project.sources)} files, {len(outcome.fixed)} fixed in {len(outcome.after)} files,"
          f" {time.process_time() - began:.0f} s CPU")
    fixed, left = (Counter(f.rule for _, f in outcome.fixed), Counter((x.finding.rule, x.kind) for x in outcome.left))
    print("  fixed:", ", ".join(f"{n} {rule}" for rule, n in fixed.most_common()) or "nothing")
    print("  left:", ", ".join(f"{n} {rule} ({kind})" for (rule, kind), n in left.most_common()) or "nothing")
    for one in outcome.left:
        if one.kind in ("undone", "overlapping"):
            print(f"  {one.kind}: {one.finding.path}:{one.finding.span.line} {one.finding.rule}: {one.why}")
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{folder.name}.patch").write_bytes(patch(outcome.before, outcome.after))
    wrong = [*_comments(outcome), *_far(outcome), *_again(task, outcome)]
    for line in wrong:
        print("  WRONG", line)
    sys.stdout.flush()
    return len(wrong)


def _comments(outcome: fixer.Outcome) -> list[str]:
    said = []
    for path, before in outcome.before.items():
        gone = Counter(_COMMENT.findall(before)) - Counter(_COMMENT.findall(outcome.after[path]))
        said += [f"{path}: lost a comment: {text.decode('utf-8', 'replace')}" for text in gone]
    return said


def _far(outcome: fixer.Outcome) -> list[str]:
    """Lines of the old file that are changed or gone far from every finding that was fixed in it."""
    said = []
    for path, before in outcome.before.items():
        lines = sorted(before.count(b"\n", 0, place[2]) + 1 for place, _ in outcome.fixed if place[1] == path)
        match = SequenceMatcher(None, before.split(b"\n"), outcome.after[path].split(b"\n"), autojunk=False)
        for kind, start, end, _, _ in match.get_opcodes():
            if kind in ("replace", "delete") and all(abs(n - line) > _NEAR for n in (start, end) for line in lines):
                said.append(f"{path}:{start + 1}: changed, and the nearest finding is on one of the lines {lines}")
    return said


def _again(task: fixer.Task, outcome: fixer.Outcome) -> list[str]:
    """What a scan of the changed texts shows that it should not, and what a second run would change."""
    families = {name: rule.family for name, rule in load().items()}

    def shown(texts: dict[str, bytes]) -> Counter[str]:
        result = passes.scan(
            task.sources, None, task.settings, families=families, rules=families, jobs=1, cache=False, texts=texts
        )
        return Counter(f.rule for f in visible(result.findings, task.settings, families))

    before, now = shown({}), shown(outcome.after)
    fixed = Counter(f.rule for _, f in outcome.fixed)
    said = [f"{n} more findings of {rule} than there should be" for rule, n in (now - (before - fixed)).items()]
    again = fixer.fix(fixer.Task(task.sources, task.targets, task.settings, outcome.after, unsafe=True))
    return said + [f"a second run changes {path}" for path in again.after]


if __name__ == "__main__":
    sys.exit(main())
