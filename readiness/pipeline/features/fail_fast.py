"""`--fail-fast`: nothing more is started once a criterion is known to be bad."""

from msgspec.structs import replace

from readiness.model.capture import Capture
from readiness.pipeline.features import Feature
from readiness.pipeline.settle import Execution
from readiness.run.interface import Settled


class FirstFault(Feature):
    """A run that stops at the first criterion that is bad."""

    def running(self, execution: Execution) -> Execution:
        """Stop the run with an attempt that is final and makes a criterion bad."""
        readings, settle = execution.readings, execution.settle

        def settled(attempt: Capture) -> Settled:
            answer = settle(attempt)
            return answer if answer.again else replace(answer, stop=readings.fault(attempt))

        return replace(execution, settle=settled, may_stop=True)


FEATURE = FirstFault
