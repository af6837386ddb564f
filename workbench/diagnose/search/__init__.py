"""Search: which preprocessing was this model trained with?"""

from workbench.diagnose.search.progress import SearchCancelled
from workbench.diagnose.search.result import Candidate, SearchResult
from workbench.diagnose.search.search import search

__all__ = ["Candidate", "SearchCancelled", "SearchResult", "search"]
