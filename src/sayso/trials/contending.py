"""What each contender does at each place: its job, and the model that is asked."""

from sayso.ai import job as jobs
from sayso.ai.job import Job
from sayso.errors import NotFound
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.models.directory import Directory
from sayso.spec.app import App
from sayso.trials import asked_models
from sayso.trials.asked_models import AskedModel
from sayso.trials.parts import BUILDER, WHOLE
from sayso.trials.promotion import with_contender
from sayso.trials.trial import Contender, Trial


def job_of(trial: Trial, spec: App | None, path: str, one: Contender) -> Job:
    """What would be asked if this contender were kept. Raises `NotFound` when the part is gone."""
    if path == BUILDER:
        return Job(path, "builder", "", "text", None)
    if spec is None:
        raise NotFound("The app of this trial is gone.")
    return jobs.of(spec if trial.path == WHOLE else with_contender(spec, trial.path, one), path)


def asked_of(gateway: Gateway, caller: Caller, directory: Directory, trial: Trial, job: Job, one: Contender) -> AskedModel:
    """Raises `Refused` when the gateway knows no such model. The one in use is what it was when the trial began."""
    was = (trial.plan.kept.get("in_use") or {}).get(job.path)
    return asked_models.find(gateway, caller, one.model or was or job.model, directory, snapshot=one.snapshot)
