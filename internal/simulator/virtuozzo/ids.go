package virtuozzo

// Credentials of the demo.
const (
	Login    = "dev@example.com"
	Password = "demo-virtuozzo-password"

	APIToken      = "demo-virtuozzo-api-token"      // of the demo user, may do everything
	ReadOnlyToken = "demo-virtuozzo-readonly-token" // of the demo user, limited to reading environments and tracking
	MemberToken   = "demo-virtuozzo-member-token"   // of a collaborator, who may look at EnvShop and restart its nodes
)

// Users of the demo.
const (
	UserDev    = 1001
	UserMember = 1002 // ben@example.com
	UserAgency = 1003 // agency@example.com, has invited UserDev
)

// Environments of the demo.
const (
	EnvShop      = "shop"         // running: nginx with PHP, MySQL
	EnvStaging   = "shop-staging" // stopped
	EnvAnalytics = "analytics"    // broken: the disk of one of two nodes is full
)

// Nodes of the demo.
const (
	NodeShopWeb       = 101 // layer cp
	NodeShopDB        = 102 // layer sqldb
	NodeShopBuild     = 120 // layer build
	NodeStagingWeb    = 201
	NodeStagingDB     = 202
	NodeAnalyticsFull = 301 // its disk is full
	NodeAnalytics     = 302
)

// Other objects of the demo.
const (
	SeedCertificate   = 31 // bound to www.example.com of EnvShop
	SeedSpareCert     = 32
	SeedTrigger       = 7 // scales the web layer of EnvShop
	SeedAlert         = 9
	SeedRule          = 12 // firewall rule of EnvShop
	SeedRepo          = 5
	SeedBuildProject  = 17
	SeedRole          = 3
	SeedPolicy        = 4
	SeedMember        = 55 // active
	SeedPendingMember = 56
	SeedInvitation    = 21 // of the demo user by UserAgency
	SeedResource      = 61
	SeedToken         = 9 // ReadOnlyToken
	SeedMainToken     = 10
	SeedTask          = 3
	SeedAction        = 90210 // failed
	SeedEndpoint      = 8
	SeedMessage       = 4 // on NodeShopWeb
	SeedInstallation  = "a1b2c3"
	SeedAddon         = "d4e5f6"
	SeedApp           = "wordpress"
	SeedOwnApp        = "shop-tools"
	SeedExport        = "shop-2026-11-01"
	SeedDomain        = "www.example.com"
	SeedPublicIP      = "203.0.113.10"
	SeedErrorLog      = "/var/log/nginx/error_log"
	GroupProduction   = "Production"
	GroupStaging      = "Staging"
)
