"""The roles an account can have; what each may do stands in one table of the gate."""

from crm.words import N_, Word


class Role(Word):
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
    Role.COLLECTOR: N_("Collector"),
    Role.HARDSHIP_SPECIALIST: N_("Hardship specialist"),
    Role.FIELD_COLLECTOR: N_("Field collector"),
    Role.TEAM_LEADER: N_("Team leader"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.QUALITY_REVIEWER: N_("Quality reviewer"),
    Role.COMPLAINTS_OFFICER: N_("Complaints and disputes officer"),
    Role.LEGAL_OFFICER: N_("Legal officer"),
    Role.COMPLIANCE_OFFICER: N_("Compliance officer"),
    Role.PRIVACY_OFFICER: N_("Privacy officer"),
    Role.DATA_STEWARD: N_("Data steward"),
    Role.AGENCY_LEAD: N_("Agency lead"),
    Role.MANAGEMENT: N_("Management"),
    Role.ADMIN: N_("Administrator"),
    Role.AUDITOR: N_("Auditor"),
    Role.SYSTEM: N_("System"),
    Role.ANONYMOUS: N_("Not signed in"),
}

ASSIGNABLE = tuple(role for role in Role if role not in {Role.SYSTEM, Role.ANONYMOUS})
