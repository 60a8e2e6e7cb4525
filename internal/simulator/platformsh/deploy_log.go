package platformsh

import (
	"fmt"
	"strings"
)

// emptyData marks services that have just been created and hold nothing.
const emptyData = "empty"

// appConfig is the file whose mistakes make a deployment fail.
const appConfig = ".platform.app.yaml"

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// deployLog is what a deployment of a commit writes.
func deployLog(first string, p *project, head string) []string {
	lines := []string{first}
	if head == "" {
		return lines
	}
	return append(lines,
		"Found commit "+head[:7],
		"Building application 'app' (runtime type: php:8.3, tree: "+p.repo.commits[head].tree[:7]+")",
		"  Executing build hook...",
		"    W: composer install --no-dev --no-interaction",
		"    W: Generating optimized autoload files",
		"  Compressing application.",
		"  Beaming package to its final destination.",
		"Provisioning certificates",
		"Deploying applications",
	)
}

// deployFailure returns the end of the log when a commit cannot be deployed: its application names a relationship to a
// service that services.yaml does not have. So the outcome follows from the code, and fixing the code fixes it.
func (p *project) deployFailure(head string) []string {
	if head == "" {
		return nil
	}
	files := p.repo.files(head)
	services := files[".platform/services.yaml"]
	inRelationships := false
	for _, line := range strings.Split(files[appConfig], "\n") {
		if !strings.HasPrefix(line, " ") {
			inRelationships = strings.HasPrefix(line, "relationships:")
			continue
		}
		_, target, ok := strings.Cut(line, ":")
		if !inRelationships || !ok {
			continue
		}
		service, _, _ := strings.Cut(strings.Trim(target, ` "'`), ":")
		if service != "" && !strings.Contains("\n"+services, "\n"+service+":") {
			return []string{
				"E: Error parsing configuration files:",
				"E:     - applications.app.relationships: the relationship '" + strings.TrimSpace(line) + "' points to the service '" + service + "'",
				"E:       which is not defined in .platform/services.yaml (defined: " + strings.Join(serviceNames(services), ", ") + ").",
				"E: Aborting the deployment. The environment keeps running its previous version.",
			}
		}
	}
	return nil
}

func serviceNames(yaml string) []string {
	var names []string
	for _, line := range strings.Split(yaml, "\n") {
		if name, _, ok := strings.Cut(line, ":"); ok && name != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "#") {
			names = append(names, name)
		}
	}
	return names
}
