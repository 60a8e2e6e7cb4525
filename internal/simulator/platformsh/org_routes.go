package platformsh

import (
	"slices"
	"time"
)

// accounts is the state of organizations, users, teams, billing, access and invitations: everything that does not hang
// below one project.
type accounts struct {
	users      Collection           // the answers of GET /users/{user_id}
	identities map[string]*identity // by user id: what belongs to the person alone

	organizations Collection
	members       map[string]*Collection // organization id → members by user id
	mfaEnforced   map[string]bool        // by organization id
	ledgers       map[string]*ledger     // by organization id

	subscriptions Collection
	usageAlerts   map[string]*Collection // subscription id → active alerts by alert id
	regions       Collection

	teams       Collection
	teamMembers map[string]*Collection // team id → members by user id
	userAccess  Collection             // by grantKey
	teamAccess  Collection             // by grantKey

	orgInvitations     Collection
	projectInvitations Collection

	tickets Collection
	seal    []byte // signs reference links and download tokens

	lastSubscription, lastTicket, lastKey, lastUID int
}

// accountRoutes joins the route tables of that half.
func accountRoutes() []Route {
	return slices.Concat(
		orgRoutes(), orgMemberRoutes(), orgMFARoutes(), orgProfileRoutes(), orgProjectRoutes(), orgSubscriptionRoutes(),
		orgUsageRoutes(), orgCarbonRoutes(),
		billingOrderRoutes(), billingRecordRoutes(), billingCreditRoutes(), billingEstimateRoutes(), billingAlertRoutes(),
		userRoutes(), userMeRoutes(), userProfileRoutes(), userKeyRoutes(), userTokenRoutes(), userLoginRoutes(), userMembershipRoutes(),
		teamRoutes(), teamMemberRoutes(),
		accessUserRoutes(), accessTeamRoutes(), accessRefRoutes(),
		invitationRoutes(), regionRoutes(), supportRoutes(),
	)
}

// seedAccounts fills it. It runs before seedProjects.
func (s *Server) seedAccounts(now time.Time) {
	s.accounts = &accounts{
		identities:  map[string]*identity{},
		members:     map[string]*Collection{},
		mfaEnforced: map[string]bool{},
		ledgers:     map[string]*ledger{},
		usageAlerts: map[string]*Collection{},
		teamMembers: map[string]*Collection{},
		seal:        []byte(s.newUUID()),
	}
	s.seedRegions(now)
	s.seedUsers(now)
	s.seedOrganizations(now)
	s.seedSubscriptions(now)
	s.seedTeams(now)
	s.seedAccess(now)
	s.seedInvitations(now)
	s.seedBilling(now)
	s.seedTickets(now)
}

// findUser resolves a user by id, email or user name. The legacy access lists of projects use it.
func (s *Server) findUser(key string) (Doc, bool) {
	if u, ok := s.accounts.users.Get(key); ok {
		return u, true
	}
	for _, u := range s.accounts.users.All() {
		if u["email"] == key || u["username"] == key {
			return u, true
		}
	}
	return nil, false
}

// projectGone forgets grants, invitations and the subscription of a deleted project.
func (s *Server) projectGone(id string) {
	of := func(d Doc) bool { return d["project_id"] == id }
	drop(&s.accounts.userAccess, of)
	drop(&s.accounts.teamAccess, of)
	drop(&s.accounts.projectInvitations, of)
	for _, sub := range s.accounts.subscriptions.All() {
		if of(sub) && sub["status"] != "deleted" {
			sub["status"] = "deleted"
			sub["updated_at"] = stamp(s.now())
		}
	}
}
