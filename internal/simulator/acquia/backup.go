package acquia

import (
	"bytes"
	"compress/gzip"
	"time"
)

func backupRoutes() []Route {
	const backups = "/environments/{environmentId}/databases/{databaseName}/backups"
	const backup = backups + "/{backupId}"
	return []Route{
		list(backups, indexed),
		get(backup),
		do("POST "+backups, change{Event: "DatabaseBackupCreated", Say: "Creating the backup.",
			Do: func(c *call, at time.Time) { c.s.newBackup(c.env(), c.last, "ondemand", c.now, at) }}),
		remove("DELETE "+backup, 0, "DatabaseBackupDeleted", "Deleting the database backup.", nil),
		do("POST "+backup+"/actions/restore", change{Event: "DatabaseBackupRestored", Say: "Restoring the database backup.",
			Do: func(c *call, _ time.Time) { c.nodes["databaseName"].data = c.last.data }}),
		// Not in the vendor's document, but every backup links to it.
		{Call: "GET " + backup + "/actions/download", Handle: func(c *call) (Response, error) {
			return file("application/gzip", zipped("-- Dump of "+c.nodes["databaseName"].id+" of "+c.env().id+"\n-- "+c.last.data+"\n"))
		}},
	}
}

// newBackup stores a finished backup of what a database holds now.
func (s *Server) newBackup(env, db *node, kind string, started, completed time.Time) *node {
	n := s.newSerial()
	b := db.in("backups").add(itoa(n), Doc{
		"id": n, "database": Doc{"id": db.doc["id"], "name": db.id}, "type": kind, "started_at": stamp(started), "completed_at": stamp(completed),
		"flags": Doc{"deleted": false}, "environment": Doc{"id": env.id, "name": env.doc["label"]},
	})
	b.data = db.data
	return b
}

// zipped compresses a text, the form in which the platform gives logs and dumps.
func zipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
