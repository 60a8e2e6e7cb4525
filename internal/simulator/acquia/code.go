package acquia

import (
	"strings"
	"time"
)

// BrokenBranch is a branch whose deployment fails with an instructive description.
const BrokenBranch = "feature/broken-hook"

const brokenHook = "The code was checked out, but the post-code-deploy hook ended with status 1: drush updatedb could not run because the module " +
	"acme_checkout requires PHP 8.4 and this environment runs 8.3. Choose another PHP version or another branch; the drupal-watchdog log has the details."

func codeRoutes() []Route {
	const env = "/environments/{environmentId}"
	return []Route{
		list("/applications/{applicationUuid}/code", whole),
		do("POST "+env+"/code", change{Event: "CodeDeployed", Say: "Deploying code.",
			Fields: []Field{need("source", String), opt("message", String), opt("cloud-actions", Array)},
			Check:  all(drupal("Code deployments are"), (*call).otherEnvironment),
			On:     sourceEnvironment, Fails: func(c *call) string { return hookFailure(c.source().text("vcs.path")) },
			Do: func(c *call, at time.Time) { c.deploy(c.env(), c.tagOf(c.source(), at)) }}),
		do("POST "+env+"/code/actions/switch", change{Event: "CodeSwitched", Say: "Switching code.",
			Fields: []Field{need("branch", String), opt("cloud-actions", Array)},
			Check: all(drupal("Code switches are"), func(c *call) error {
				if c.env().owner.in("code").get(c.text("branch")) == nil {
					return invalid("branch", "The branch or tag %q does not exist within this environment.", c.text("branch"))
				}
				return nil
			}),
			Fails: func(c *call) string { return hookFailure(c.text("branch")) },
			Do:    func(c *call, _ time.Time) { c.deploy(c.env(), c.text("branch")) }}),
		do("POST "+env+"/code/actions/import", change{Event: "SiteImported", Say: "The site is being imported.",
			Fields: []Field{need("url", URL), opt("name", String)},
			Check: func(c *call) error {
				if c.env().flag("production") {
					return conflict("Sites cannot be imported on this environment.")
				}
				if u := c.text("url"); !strings.HasSuffix(u, ".make") && !strings.HasSuffix(u, ".tar.gz") && !strings.HasSuffix(u, ".tgz") {
					return invalid("general", "The installation file must be a Drush make file or a gzip-compressed archive.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				c.env().data = "files imported from " + c.text("url")
				for _, db := range c.env().in("databases").nodes {
					db.data = "imported from " + c.text("url")
				}
			}}),
		do("POST "+env+"/artifacts/actions/switch", change{Event: "ArtifactDeployed", Say: "Deploying artifact.", Fields: []Field{need("artifact_id", String)},
			Check: func(c *call) error {
				if c.env().text("type") == "drupal" {
					return forbidden("Artifacts can only be deployed on Node.js applications.")
				}
				a := c.env().owner.in("artifacts").get(c.text("artifact_id"))
				if a == nil {
					return conflict("The artifact %s does not belong to this application and cannot be deployed.", c.text("artifact_id"))
				}
				if a.text("state") != "ready" {
					return invalid("artifact_id", "Only artifacts in the state ready can be deployed.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				c.env().doc["artifact"] = copyDoc(c.env().owner.in("artifacts").get(c.text("artifact_id")).doc)
			}}),
		do("POST "+env+"/files", change{Event: "FilesCopied", Say: "Copying files.", Fields: []Field{need("source", String)},
			Check: all(drupal("File copies are"), (*call).otherEnvironment, (*call).unguarded), On: sourceEnvironment,
			Do: func(c *call, _ time.Time) { c.env().data = c.source().data }}),
	}
}

func hookFailure(branch string) string {
	if branch == BrokenBranch {
		return brokenHook
	}
	return ""
}

// source is the environment that the body names; otherEnvironment has checked that it is there.
func (c *call) source() *node { return c.s.root.in("environments").get(c.text("source")) }

func sourceEnvironment(c *call) []*node { return []*node{c.source()} }

// otherEnvironment refuses a source that is not another environment of the same application.
func (c *call) otherEnvironment() error {
	if c.text("source") == c.env().id {
		return conflict("The source and the target are the same environment.")
	}
	if c.sibling(c.text("source")) == nil {
		return invalid("source", "The source must be an environment of the same application.")
	}
	return nil
}

// unguarded refuses to overwrite the data of an environment in production mode.
func (c *call) unguarded() error {
	if c.env().flag("production_mode") {
		return conflict("Nothing can be copied to an environment that is in production mode.")
	}
	return nil
}

func (c *call) deploy(env *node, path string) { env.doc["vcs"].(Doc)["path"] = path }

// tagOf returns the tag that an environment runs. When it runs a branch, a tag is made of it, as deployments between
// environments do.
func (c *call) tagOf(env *node, at time.Time) string {
	path := env.text("vcs.path")
	if strings.HasPrefix(path, "tags/") {
		return path
	}
	code := env.owner.in("code")
	name := "tags/" + at.Format(time.DateOnly)
	for n := 1; code.get(name) != nil; n++ {
		name = "tags/" + at.Format(time.DateOnly) + "." + itoa(n)
	}
	code.add(name, Doc{"name": name, "flags": Doc{"tag": true}})
	return name
}
