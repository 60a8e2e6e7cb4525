package platformsh

import "slices"

// projectRoutes joins the route tables of the projects half.
func projectRoutes() []Route {
	return slices.Concat(
		projectTable(),
		activityRoutes(),
		environmentRoutes(),
		environmentActionRoutes(),
		operationRoutes(),
		backupRoutes(),
		variableRoutes(),
		domainRoutes(),
		certificateRoutes(),
		environmentRouteRoutes(),
		integrationRoutes(),
		deploymentRoutes(),
		versionRoutes(),
		targetRoutes(),
		autoscalingRoutes(),
		gitRoutes(),
		legacyAccessRoutes(),
		locateRoutes(),
	)
}
