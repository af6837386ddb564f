"""Contracts: what a model itself says about the pictures it expects, and where a recipe contradicts it."""

from workbench.models.contract.contract import contract
from workbench.models.contract.sign import Expectation
from workbench.models.contract.value import Contract
from workbench.models.contract.warning import warn_of_contradictions

__all__ = ["Contract", "Expectation", "contract", "warn_of_contradictions"]
