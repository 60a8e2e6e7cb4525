package acquia

import "time"

func messageRoutes() []Route {
	return []Route{
		do("POST /messages/{messageUuid}/actions/dismiss", change{Say: "Message dismissed.",
			Check: func(c *call) error {
				if c.last.flag("dismissed") {
					return conflict("This message has already been dismissed.")
				}
				if !c.last.flag("dismissible") {
					return conflict("This message cannot be dismissed.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.setFlag("dismissed", true) }}),
		{Call: "GET /messages/{messageUuid}/actions/follow", Handle: func(c *call) (Response, error) {
			return Response{Status: 301, Location: c.last.text("url")}, nil
		}},
	}
}

func agreementRoutes() []Route {
	const agreement = "/agreements/{agreementUuid}"
	act := func(verb, status string) Route {
		return do("POST "+agreement+"/actions/"+verb, change{Status: 200, Say: "The agreement has been " + status + ".",
			Check: func(c *call) error {
				if c.last.text("status") != "pending" {
					return conflict("This agreement has already been acted upon.")
				}
				return nil
			},
			Do: func(c *call, at time.Time) {
				c.last.doc["status"], c.last.doc["updated_at"], c.last.doc["actioned_by"] = status, stamp(at), person(c.me)
			}})
	}
	return []Route{
		list("/agreements", whole),
		get(agreement),
		act("accept", "accepted"),
		act("decline", "declined"),
		listOf(agreement+"/invitees", whole, func(c *call) []*node { return c.s.root.in("people").nodes[:1] }),
	}
}
