package acquia

import (
	"time"

	"paasmcp/internal/lazy"
)

var variableName = lazy.MustCompile(`^[A-Za-z]\w*$`)

const longestVariable = 5000 // characters

func variableRoutes() []Route {
	const variables = "/environments/{environmentId}/variables"
	const variable = variables + "/{environmentVariableName}"
	fields := []Field{need("name", String), need("value", String)}
	return []Route{
		list(variables, indexed),
		get(variable),
		do("POST "+variables, change{Event: "EnvironmentVariableAdded", Say: "The environment variable is being added.", Fields: fields, New: "name",
			Check: func(c *call) error {
				if c.env().in("variables").get(c.text("name")) != nil {
					return invalid("name", "The environment already has an environment variable with that name.")
				}
				return checkVariable(c)
			},
			Do: func(c *call, _ time.Time) { c.env().setVariable(c.text("name"), c.text("value")) }}),
		do("PUT "+variable, change{Event: "EnvironmentVariableUpdated", Say: "The environment variable is being updated.", Fields: fields,
			Check: func(c *call) error {
				if name := c.text("name"); name != c.last.id && c.env().in("variables").get(name) != nil {
					return invalid("name", "The environment already has an environment variable with that name.")
				}
				return checkVariable(c)
			},
			Do: func(c *call, _ time.Time) {
				if c.text("name") != c.last.id {
					c.last.remove()
				}
				c.env().setVariable(c.text("name"), c.text("value"))
			}}),
		remove("DELETE "+variable, 0, "EnvironmentVariableDeleted", "The environment variable is being removed.", nil),
	}
}

func checkVariable(c *call) error {
	if !variableName.MatchString(c.text("name")) {
		return invalid("name", "The environment variable name must contain only letters, digits and underscores, and begin with a letter.")
	}
	if len(c.text("value")) >= longestVariable {
		return invalid("value", "The environment variable value must be less than %d characters long.", longestVariable)
	}
	return nil
}

func (n *node) setVariable(name, value string) {
	n.in("variables").add(name, Doc{"name": name, "value": value})
}
