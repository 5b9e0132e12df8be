"""The words for what the contract abbreviates: roles on a loan, kinds of debt, who collects."""

from crm.gate.words import N_

ROLE_WORDS = {
    "borrower": N_("Borrower"),
    "co_borrower": N_("Co-borrower"),
    "guarantor": N_("Guarantor"),
    "spouse": N_("Spouse"),
    "attorney": N_("Attorney"),
    "representative": N_("Legal representative"),
    "executor": N_("Executor of the estate"),
    "contact_person": N_("Contact person"),
    "relative": N_("Relative"),
    "neighbour": N_("Neighbour"),
    "employer": N_("Employer"),
    "colleague": N_("Colleague"),
    "parent": N_("Parent"),
    "guardian": N_("Guardian"),
    "successor": N_("Successor in interest"),
    "other": N_("Other"),
}
KIND_WORDS = {
    "credit_card": N_("Credit card"),
    "consumer_loan": N_("Consumer loan"),
    "mortgage": N_("Mortgage"),
    "auto_loan": N_("Car loan"),
    "student_loan": N_("Student loan"),
    "medical": N_("Medical debt"),
    "business_loan": N_("Business loan"),
    "other": N_("Other debt"),
}
COLLECTOR_WORDS = {
    "creditor": N_("The creditor collects its own loans"),
    "bank": N_("The bank collects itself"),
    "agency": N_("A listed agency collects for the lender"),
    "third_party": N_("Someone else collects for the creditor"),
    "debt_buyer": N_("Whoever bought the debt collects"),
}
