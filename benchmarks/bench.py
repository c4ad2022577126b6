"""A bench of models: trains what is not trained, measures what is not measured, and keeps both.

Decides what is done again and where results are kept; which models stand on the bench, and what is
made of the results, is left to `models`.

runs/NAME/bench/report.json keeps what was measured of a model, and holds for one configuration, one
file of weights and one extent; beside it is what the poet composed for it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from benchmarks import results
from benchmarks.candidates import distinct_2
from benchmarks.decoder_speed import verses_a_second
from benchmarks.results import Facts, Measured, Speeds
from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.album import Album
from model.evaluation.evaluate import Extent, Poet, evaluate
from model.evaluation.held_out import HeldOut
from model.evaluation.samples import DISTINCT_OF, Judge
from model.networks.checkpoint import Checkpoint, CheckpointError, digest
from model.poet import FLAGSHIP, load_poet
from model.poet.poet import CANDIDATES
from model.poet.shipped import choose_device, model_path
from model.training import curve
from model.training.config import Config, ConfigError
from model.training.trainer import train
from model.verse import Form

FORM = Form.COUPLET5
"""The form that all models have."""

_SEED = 0


@dataclass(frozen=True)
class Bench:
    """Where models are trained, and how much is measured of each."""

    corpus: Corpus
    runs: Path
    extent: Extent
    candidates: int = CANDIDATES
    device: str = "cpu"
    retrain: bool = False
    """Whether models that ship, but the flagship, are trained anew."""

    @cached_property
    def judge(self) -> Judge:
        """TRAIN, counted."""
        return Judge(self.corpus)

    def measured(self, config: Config) -> Measured:
        """A model, trained to its end and measured, of which only what is still to do is done.

        Raises ConfigError, ResumeError, CheckpointError or AlbumError.
        """
        if FORM not in config.forms:
            raise ConfigError(f"{config.name}: the bench is of {FORM}; see forms")
        if found := self.kept(config):
            return found
        if not self._ships(config):
            train(
                config,
                self.corpus,
                self.runs / config.name,
                device=choose_device(self.device),
                show=lambda line: click.echo(f"{config.name}: {line}", err=True),
                clock=time.process_time,  # of all threads: what else the machine does is left out
            )
        found = self._measure(config)
        results.save(found, self._report(config))
        return found

    def kept(self, config: Config) -> Measured | None:
        """What was measured of a model; None if it has changed since, or other is asked now."""
        found = results.load(Measured, self._report(config))
        weights = self.weights(config)
        if found is None or not weights.exists() or found.facts != self._facts(config, weights):
            return None
        return found

    def weights(self, config: Config) -> Path:
        """The file of a model, which need not be there yet."""
        if self._ships(config):
            return model_path(config.name)
        return self.runs / config.name / f"{config.name}.safetensors"

    def speeds(self, configs: Sequence[Config], rounds: int) -> Speeds:
        """How fast models write that have all been measured; if one is new, all are timed again."""
        path = self.runs / "speeds.json"
        files = {config.name: self.weights(config) for config in configs}
        digests = {name: digest(file) for name, file in files.items()}
        found = results.load(Speeds, path)
        if found is None or (found.digests, found.rounds) != (digests, rounds):
            models = {name: Checkpoint.load(file).build() for name, file in files.items()}
            verses, share = verses_a_second(models, FORM, rounds)
            found = Speeds(digests, rounds, share, verses)
            results.save(found, path)
        return found

    def _measure(self, config: Config) -> Measured:
        weights = self.weights(config)
        facts, checkpoint = self._facts(config, weights), Checkpoint.load(weights)
        # Named after the weights: what others have composed is none of theirs.
        path = self._report(config).with_name(f"composed-{facts.digest[:12]}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        album = Album.open(path)
        click.echo(f"{config.name}: measuring", err=True)
        report = evaluate(
            checkpoint,
            self.corpus,
            poet=Poet(load_poet(str(weights), self.device, self.candidates), album),
            extent=self.extent,
            forms=[FORM],
            device=choose_device(self.device),
            seed=_SEED,
            judge=self.judge,
        )
        composed, _, real, shuffled, *_ = report.forms[0].rows
        count, held_out = self.extent.samples, HeldOut(self.corpus, FORM, _SEED)
        ids = held_out.ids(Part.TEST, count)
        verses = {
            composed.source: album.composed[FORM][:count],
            real.source: held_out.verses(ids),
            shuffled.source: held_out.verses(held_out.shuffled(ids)),
        }
        points = [] if self._ships(config) else curve.read(weights.with_name("curve.jsonl"))
        size = self._characters(config, checkpoint)
        return Measured(
            facts,
            report,
            points[-1].seconds if points else checkpoint.training.get("seconds"),
            tuple((point.seconds, point.validation["bound"] / size) for point in points),
            {source: distinct_2(some[:DISTINCT_OF]) for source, some in verses.items()},
        )

    def _characters(self, config: Config, checkpoint: Checkpoint) -> float:
        """Of a verse of VALIDATION, in the mean of all the forms that a run learns."""
        known = len(checkpoint.vocabulary.characters)
        counts = {f: len(self.corpus.known(f, Part.VALIDATION, known)) for f in config.forms}
        return sum(form.size * count for form, count in counts.items()) / sum(counts.values())

    def _facts(self, config: Config, weights: Path) -> Facts:
        of = None if self._ships(config) else config.model_dump(mode="json")
        return Facts(digest(weights), of, self.extent, self.candidates)

    def _report(self, config: Config) -> Path:
        return self.runs / config.name / "bench" / "report.json"

    def _ships(self, config: Config) -> bool:
        """Whether a model is taken as it comes with Qibu."""
        if self.retrain and config.name != FLAGSHIP:
            return False
        try:
            return model_path(config.name).is_file()
        except CheckpointError:
            return False
