package apiclient_test

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemoryFor(t, acquiaAccount, newStrict(0, 0), nil)
		defer stop()
		if b := c.Budget(); b.Limit != perMinute || b.Left != perMinute || b.Next != 0 {
			t.Errorf("at first: %+v", b)
		}
		for range perMinute {
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Fatal(err)
			}
		}
		if b := c.Budget(); b.Left != 0 || b.Next <= 0 || b.Next > 61*time.Second {
			t.Errorf("used up: %+v", b)
		}
		time.Sleep(61 * time.Second)
		if b := c.Budget(); b.Left != perMinute || b.Next != 0 {
			t.Errorf("a minute later: %+v", b)
		}
		unlimited, stop2 := inMemory(t, &fake{answer: fineAnswer}, nil)
		defer stop2()
		if b := unlimited.Budget(); b.Limit != 0 || b.Left != -1 {
			t.Errorf("without a limit: %+v", b)
		}
	})
}
