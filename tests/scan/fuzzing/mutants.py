"""One damaged scan for each number: the same for the same seed, in every process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.scan.fuzzing.byte_damage import BYTE_DAMAGES
from tests.scan.fuzzing.corpus import Sample, corpus
from tests.scan.fuzzing.tag_damage import TAG_DAMAGES, relabelled, with_tags

Files = dict[str, bytes]


@dataclass(frozen=True)
class Mutant:
    """A damaged scan, and what was done to it."""

    number: int
    sample: Sample
    files: Files
    story: str


def mutant(seed: int, number: int) -> Mutant:
    """Damage one of the samples, once or a few times."""
    rng = np.random.default_rng([seed, number])
    samples = corpus()
    sample = samples[number % len(samples)]
    files, story = dict(sample.files), []
    for _ in range(int(rng.choice([1, 1, 1, 1, 2, 3]))):
        story.append(_damage(sample, files, rng))
    return Mutant(number, sample, files, f"{sample.name}: {', then '.join(story)}")


def _damage(sample: Sample, files: Files, rng: np.random.Generator) -> str:
    kind = rng.random()
    name = str(rng.choice(sorted(files))) if files else ""
    if not name:
        return "nothing left to damage"
    if sample.is_dicom and kind < 0.55:
        return _damage_tags(sample, files, name, rng)
    if len(sample.files) > 1 and kind > 0.95:
        return _damage_folder(files, name, rng)
    damage = BYTE_DAMAGES[int(rng.integers(len(BYTE_DAMAGES)))]
    files[name] = damage(files[name], rng) if files[name] else files[name]
    return f"{damage.__name__} in {name}"


def _damage_tags(sample: Sample, files: Files, name: str, rng: np.random.Generator) -> str:
    """Damage one file, or all of them alike; a file that is damaged already gets damaged bytes."""
    everywhere = bool(rng.random() < 0.35)
    relabel = bool(rng.random() < 0.06)
    damage = TAG_DAMAGES[int(rng.integers(len(TAG_DAMAGES)))]
    same = int(rng.integers(2**32))
    for one in sorted(files) if everywhere else [name]:
        alike = np.random.default_rng(same)
        if files[one] != sample.files.get(one):
            continue
        files[one] = relabelled(files[one], alike) if relabel else with_tags(files[one], damage, alike)
    what = "relabelled" if relabel else damage.__name__
    return f"{what} ({same}) in {'all files' if everywhere else name}"


def _damage_folder(files: Files, name: str, rng: np.random.Generator) -> str:
    other = str(rng.choice(sorted(files)))
    what = int(rng.integers(5))
    if what == 0:
        del files[name]
        return f"{name} deleted"
    if what == 1:
        files[f"copy of {name}"] = files[name]
        return f"{name} doubled"
    if what == 2:
        files[name] = b""
        return f"{name} emptied"
    if what == 3:
        files[name] = files[name][: len(files[name]) // 2] + files[other][len(files[name]) // 2 :]
        return f"{name} ends as {other}"
    files["stranger.dcm"] = rng.bytes(int(rng.integers(0, 2000)))
    return "a stranger added"
