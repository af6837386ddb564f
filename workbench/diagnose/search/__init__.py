"""Search: which preprocessing was this model trained with?"""

from workbench.diagnose.search.progress import SearchCancelled
from workbench.diagnose.search.result import Candidate, SearchResult
from workbench.diagnose.search.search import search
from workbench.diagnose.search.search_clips import ClipSearch, search_clips

__all__ = ["Candidate", "ClipSearch", "SearchCancelled", "SearchResult", "search", "search_clips"]
