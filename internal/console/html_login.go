package console

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func loginHTML(p loginPage) g.Node {
	return h.Section(h.Class("panel"), h.H1(g.Text("Sign in")), alert(p.Problem), waysIn(p))
}

// waysIn shows the one way to sign in that is open here.
func waysIn(p loginPage) g.Node {
	const purpose = "Here a person lets calls of assistants go ahead. "
	switch {
	case p.Operators:
		return g.Group{
			h.P(g.Text(purpose + "Sign in as an operator.")),
			h.Form(h.Method("post"), h.Action("/login"),
				h.Input(h.Type("hidden"), h.Name("next"), h.Value(p.Next)),
				field("who", "Name", h.Input(h.ID("who"), h.Name("name"), h.AutoComplete("username"),
					verbatim(), h.Required(), h.AutoFocus())),
				field("token", "Token", h.Input(h.ID("token"), h.Name("token"), h.Type("password"),
					h.AutoComplete("current-password"), h.Required())),
				h.P(h.Class("buttons"), h.Button(h.Class("yes"), g.Text("Sign in"))),
			),
		}
	case p.Link != "":
		return g.Group{
			h.P(g.Text("This link signs this browser in, once.")),
			h.Form(h.Method("post"), h.Action("/login"), h.Data("submit", "/login"),
				h.Input(h.Type("hidden"), h.Name("link"), h.Value(p.Link)),
				h.P(h.Class("buttons"), h.Button(h.Class("yes"), h.AutoFocus(), g.Text("Open the console"))),
			),
		}
	}
	return g.Group{
		h.P(g.Text(purpose + "The address of this page opens nothing by itself.")),
		h.P(g.Text("On the machine that runs the server, in a terminal:")),
		h.Pre(h.TabIndex("0"), code("paas-mcp approve --open")),
		h.P(h.Class("muted"), g.Text("It opens a link that signs this browser in, once. Or answer right there: "), code("paas-mcp approve")),
	}
}

// problemHTML shows why something did not happen.
func problemHTML(text string) g.Node {
	return h.Section(h.Class("panel"), h.H1(g.Text("Not done")), h.P(h.Role("alert"), g.Text(text)), h.P(h.A(h.Href("/"), g.Text("Requests"))))
}
