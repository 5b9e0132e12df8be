"""The roles an account can have; what each may do stands in one table of the gate."""

from enum import StrEnum


class Role(StrEnum):
    """What someone is here for. An account has exactly one."""

    COLLECTOR = "collector"
    HARDSHIP_SPECIALIST = "hardship_specialist"
    FIELD_COLLECTOR = "field_collector"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    QUALITY_REVIEWER = "quality_reviewer"
    COMPLAINTS_OFFICER = "complaints_officer"
    LEGAL_OFFICER = "legal_officer"
    COMPLIANCE_OFFICER = "compliance_officer"
    PRIVACY_OFFICER = "privacy_officer"
    DATA_STEWARD = "data_steward"
    AGENCY_LEAD = "agency_lead"
    MANAGEMENT = "management"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


LABELS = {
    Role.COLLECTOR: "Collector",
    Role.HARDSHIP_SPECIALIST: "Hardship specialist",
    Role.FIELD_COLLECTOR: "Field collector",
    Role.TEAM_LEADER: "Team leader",
    Role.SUPERVISOR: "Supervisor",
    Role.QUALITY_REVIEWER: "Quality reviewer",
    Role.COMPLAINTS_OFFICER: "Complaints and disputes officer",
    Role.LEGAL_OFFICER: "Legal officer",
    Role.COMPLIANCE_OFFICER: "Compliance officer",
    Role.PRIVACY_OFFICER: "Privacy officer",
    Role.DATA_STEWARD: "Data steward",
    Role.AGENCY_LEAD: "Agency lead",
    Role.MANAGEMENT: "Management",
    Role.ADMIN: "Administrator",
    Role.AUDITOR: "Auditor",
    Role.SYSTEM: "System",
    Role.ANONYMOUS: "Not signed in",
}

ASSIGNABLE = tuple(role for role in Role if role not in {Role.SYSTEM, Role.ANONYMOUS})
