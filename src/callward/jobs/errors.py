"""The facts that stop work."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, NotFoundError, gettext_noop


class JobsError(CallwardError):
    """The root of this room's errors."""

    code = "jobs"


class JobArgumentError(JobsError, BadInputError):
    """A piece of work was given something else than references and codes; it is not repeated."""

    code = "job-argument"
    fact = gettext_noop("The task %(task)s was given something else than references.")
    mend = gettext_noop("Hand over references; the task reads the rest itself.")


class TaskUnknownError(JobsError, NotFoundError):
    """No task has this name."""

    code = "task-unknown"
    fact = gettext_noop("There is no task %(task)s.")
    mend = gettext_noop("Register it in the tasks module of its package.")


class TaskTwiceError(JobsError):
    """Two functions claim one task name."""

    code = "task-twice"
    fact = gettext_noop("Two tasks are registered as %(task)s.")
    mend = gettext_noop("Give each task its own name, package first.")


class QueueUnpreparedError(JobsError):
    """The queue's file was never made."""

    code = "queue-unprepared"
    fact = gettext_noop("The job queue is not set up.")
    mend = gettext_noop("Set up the data folder with: callward init")


class QueueUnreachableError(JobsError):
    """The queue's file cannot be written now."""

    code = "queue-unreachable"
    fact = gettext_noop("The job queue cannot be reached.")
    mend = gettext_noop("Check the free space of the disk; the next sweep catches up.")


class JobFailedError(JobsError):
    """A piece of work failed; only the class of the cause is told."""

    code = "job-failed"
    fact = gettext_noop("The task %(task)s failed: %(cause)s.")
    mend = gettext_noop("It is tried again; the log of the worker says where it stopped.")

    def __init__(self, task: str = "-", cause: str = "-", *, final: bool = False) -> None:
        super().__init__(task=task, cause=cause)
        self.final = final

    def __reduce__(self) -> tuple[type[JobFailedError], tuple[str, str]]:
        return JobFailedError, (str(self.facts["task"]), str(self.facts["cause"]))
