"""The diagnosis of a model and what feeds it, put together of search, identification, attribution and comparison."""

from workbench.diagnose.diagnosis.diagnosis import Diagnosis
from workbench.diagnose.diagnosis.find import find_preprocessing
from workbench.diagnose.diagnosis.finding import Finding

__all__ = ["Diagnosis", "Finding", "find_preprocessing"]
