package compat

// Finding is what one limit means for one mode of the server.
type Finding struct {
	Limit Limit
	Value int
	Tool  string // the worst one, or the first of those that are counted; empty when it is about no single one
}

// OK reports whether the limit is kept.
func (f Finding) OK() bool { return f.Value <= f.Limit.Most }

// Breaks reports whether the client does not work as it should because of it.
func (f Finding) Breaks() bool { return !f.OK() && !f.Limit.Soft }

// Check holds a server against one limit of a client.
func (c Client) Check(limit Limit, server *Server) Finding {
	value, tool := measures[limit.Measure].of(server, c.Prefix)
	return Finding{Limit: limit, Value: value, Tool: tool}
}

// RoomForServerName is how long the name of the server in a client's configuration may be, for every client, when the longest
// name of a tool has that many characters.
func RoomForServerName(longestTool int) int {
	room := -1
	for _, c := range Clients() {
		for _, limit := range c.Limits {
			if limit.Measure != NameLength || c.Prefix == "" {
				continue
			}
			if n := limit.Most - longestTool - (len(c.Prefix) - len(ServerName)); room < 0 || n < room {
				room = n
			}
		}
	}
	return room
}
