package virtuozzo

import (
	"slices"
	"strings"
)

// DefaultRegion and OtherRegion are the regions of the demo hoster.
const (
	DefaultRegion = "default_hn_group"
	OtherRegion   = "eu2_hn_group"
)

func catalogueHandlers() handlers {
	return handlers{
		"environment/control.getregions":          (*Server).getRegions,
		"environment/control.getregionsinner":     (*Server).getRegionsInner,
		"environment/control.gettemplates":        (*Server).getTemplates,
		"environment/control.gettemplatemanifest": (*Server).getTemplateManifest,
	}
}

// template is a software stack.
type template struct {
	nodeType, title, mission, engine, image string
	kind                                    string   // the type filter of gettemplates
	tags                                    []string // newest first
	volumes                                 []string
	cmd                                     string
	logs                                    []string // files of a fresh node
	webroot                                 string
}

var templates = []*template{
	{nodeType: "nginxphp", title: "NGINX PHP", mission: "cp", engine: "PHP", image: "jelastic/nginxphp", kind: "DOCKERIZED",
		tags: []string{"1.26.2-php-8.2.26", "1.26.2-php-8.3.14", "1.24.0-php-8.1.31"}, volumes: []string{"/var/www/webroot", "/data/cache"},
		cmd: "service nginx start", logs: []string{"/var/log/nginx/access_log", "/var/log/nginx/error_log", "/var/log/php.log"}, webroot: "/var/www/webroot/ROOT"},
	{nodeType: "apache2", title: "Apache PHP", mission: "cp", engine: "PHP", image: "jelastic/apachephp", kind: "DOCKERIZED",
		tags: []string{"2.4.62-php-8.2.26", "2.4.62-php-8.3.14"}, volumes: []string{"/var/www/webroot"}, cmd: "service httpd start",
		logs: []string{"/var/log/httpd/access_log", "/var/log/httpd/error_log"}, webroot: "/var/www/webroot/ROOT"},
	{nodeType: "nodejs", title: "Node.js", mission: "cp", engine: "NODEJS", image: "jelastic/nodejs", kind: "DOCKERIZED",
		tags: []string{"22.11.0-pm2", "20.18.1-pm2"}, volumes: []string{"/home/jelastic/ROOT"}, cmd: "service nodejs start",
		logs: []string{"/var/log/nodejs/app.log"}, webroot: "/home/jelastic/ROOT"},
	{nodeType: "tomcat11", title: "Tomcat", mission: "cp", engine: "JAVA", image: "jelastic/tomcat", kind: "DOCKERIZED",
		tags: []string{"11.0.1-openjdk-21.0.5"}, volumes: []string{"/opt/tomcat/webapps"}, cmd: "service tomcat start",
		logs: []string{"/opt/tomcat/logs/catalina.out"}, webroot: "/opt/tomcat/webapps/ROOT"},
	{nodeType: "maven3", title: "Maven", mission: "build", engine: "JAVA", image: "jelastic/maven", kind: "DOCKERIZED",
		tags: []string{"3.9.9-openjdk-21.0.5"}, cmd: "service maven start", logs: []string{"/var/log/maven/build.log"}},
	{nodeType: "mysql5", title: "MySQL CE", mission: "sqldb", image: "jelastic/mysql", kind: "DOCKERIZED",
		tags: []string{"8.4.3", "5.7.44"}, volumes: []string{"/var/lib/mysql"}, cmd: "service mysql start", logs: []string{"/var/log/mysql/mysqld.log"}},
	{nodeType: "postgresql", title: "PostgreSQL", mission: "sqldb", image: "jelastic/postgres", kind: "DOCKERIZED",
		tags: []string{"17.2", "16.6"}, volumes: []string{"/var/lib/pgsql"}, cmd: "service postgresql start", logs: []string{"/var/log/postgresql/postgresql.log"}},
	{nodeType: "redis", title: "Redis", mission: "nosqldb", image: "jelastic/redis", kind: "DOCKERIZED", tags: []string{"7.4.1"}, logs: []string{"/var/log/redis/redis.log"}},
	{nodeType: "nginx", title: "NGINX", mission: "bl", image: "jelastic/nginxbalancer", kind: "DOCKERIZED", tags: []string{"1.26.2"}, logs: []string{"/var/log/nginx/access.log", "/var/log/nginx/error.log"}},
	{nodeType: "storage", title: "Shared Storage", mission: "storage", image: "jelastic/storage", kind: "DOCKERIZED", tags: []string{"2.0-10.6"}, volumes: []string{"/data"}},
	{nodeType: "docker", title: "Custom container", mission: "cp", image: "", kind: "DOCKER", tags: []string{"latest"}, logs: []string{"/var/log/run.log"}},
	{nodeType: "ubuntu-vps", title: "Ubuntu VPS", mission: "vds", image: "jelastic/ubuntu-vps", kind: "OS", tags: []string{"24.04", "22.04"}, logs: []string{"/var/log/syslog"}},
}

func findTemplate(nodeType string) *template {
	i := slices.IndexFunc(templates, func(t *template) bool { return t.nodeType == nodeType })
	if i < 0 {
		return nil
	}
	return templates[i]
}

// regions are the hardware node groups, by uniqueName.
var regions = []struct{ name, title, domain string }{
	{DefaultRegion, "Germany", hosterDomain},
	{OtherRegion, "Netherlands", "eu2." + hosterDomain},
}

func isRegion(name string) bool {
	for _, r := range regions {
		if r.name == name {
			return true
		}
	}
	return false
}

func (s *Server) getRegions(*Request) (Doc, error) {
	list := []Doc{}
	for i, g := range regions {
		list = append(list, Doc{
			"id": i + 1, "uniqueName": strings.TrimSuffix(g.name, "_hn_group"), "displayName": g.title, "domain": g.domain, "isDefault": i == 0, "status": "ACTIVE",
			"hardNodeGroups": []any{Doc{"uniqueName": g.name, "displayName": g.title, "isEnabled": true, "isDefault": i == 0, "status": "ACTIVE"}},
		})
	}
	return array(list)
}

// getRegionsInner is for the hoster's own software.
func (s *Server) getRegionsInner(r *Request) (Doc, error) {
	if r.has("isEnabled") && !r.flag("isEnabled") {
		return array(nil)
	}
	return s.getRegions(r)
}

func (t *template) view() Doc {
	tags := []any{}
	for i, name := range t.tags {
		tags = append(tags, Doc{"name": name, "isDefault": i == 0, "isEnabled": true})
	}
	return Doc{
		"name": t.title, "nodeType": t.nodeType, "nodeMission": t.mission, "engineType": t.engine, "type": t.kind, "enabled": true, "published": true,
		"repository": t.image, "tags": tags, "engines": []any{}, "guestOSType": "LINUX",
	}
}

func (s *Server) getTemplates(r *Request) (Doc, error) {
	kind := r.text("type")
	list := []Doc{}
	for _, t := range templates {
		if kind == "" || kind == "ALL" || strings.EqualFold(kind, t.kind) {
			list = append(list, t.view())
		}
	}
	return array(list)
}

func (s *Server) getTemplateManifest(r *Request) (Doc, error) {
	t := findTemplate(r.text("nodeType"))
	if t == nil {
		return nil, notFound("template", r.text("nodeType"))
	}
	if !slices.Contains(t.tags, r.text("tag")) {
		return nil, notFound("tag", r.text("tag"))
	}
	return Doc{"object": Doc{"image": t.image, "tag": r.text("tag"), "volumes": anySlice(t.volumes), "cmd": t.cmd, "ports": []any{80, 443}}}, nil
}
