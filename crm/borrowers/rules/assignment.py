"""Who can be given people."""

from crm.identity.roles import Role

DESK = (Role.COLLECTOR, Role.HARDSHIP_SPECIALIST, Role.FIELD_COLLECTOR, Role.TEAM_LEADER)
