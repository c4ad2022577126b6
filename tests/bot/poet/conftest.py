"""The worker in this process, as the tests of the service make it."""

from tests.model.service.conftest import start_worker, worker

__all__ = ["start_worker", "worker"]
