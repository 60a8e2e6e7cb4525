package platformsh

import "time"

// Ids of the demo data. Tests and demos may rely on them.
const (
	OrgAcme = "01HXACMEORG0000000000000000" // name org-acme
	OrgSolo = "01HXSOLOORG0000000000000000" // name org-solo

	UserAda  = "11111111-1111-4111-8111-111111111111" // owner of APIToken
	UserBen  = "22222222-2222-4222-8222-222222222222"
	UserCleo = "33333333-3333-4333-8333-333333333333"

	ProjectShop = "abc123shop" // organization org-acme, subscription 1000001
	ProjectBlog = "def456blog" // organization org-acme, subscription 1000002
	ProjectSolo = "ghi789solo" // organization org-solo, subscription 1000003

	SubscriptionShop = "1000001"
	SubscriptionBlog = "1000002"
	SubscriptionSolo = "1000003"
)

// seed fills the store. Times are relative to now, so that "the backup of last night" stays true.
func (s *Server) seed(now time.Time) {
	s.seedAccounts(now)
	s.seedProjects(now)
}
