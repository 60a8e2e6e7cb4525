package apiclient_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// strict counts like the hardest server: by the moment of arrival, in a window that slides, both ends included. What it
// refuses counts too.
type strict struct {
	*fake
	transit, took func() time.Duration // the way of one written call, and the work on it

	mu       sync.Mutex
	arrivals []time.Time
	refused  int
}

const perMinute = 100

func newStrict(transit, took time.Duration) *strict {
	s := &strict{transit: upTo(transit), took: upTo(took)}
	s.fake = &fake{answer: s.serve}
	return s
}

func (s *strict) serve(_ int, w http.ResponseWriter, _ *http.Request) {
	time.Sleep(s.transit())
	s.mu.Lock()
	now := time.Now()
	s.arrivals = append(s.arrivals, now)
	n := 0
	for _, at := range slices.Backward(s.arrivals) {
		if now.Sub(at) > time.Minute {
			break
		}
		n++
	}
	if n > perMinute {
		s.refused++
	}
	s.mu.Unlock()
	time.Sleep(s.took())
	if n > perMinute {
		w.Header().Set("Retry-After", "60")
		giveJSON(w, 429, `{"error":"too_many_requests","message":"Slow down."}`)
		return
	}
	giveJSON(w, 200, "{}")
}

// slowWay delays every call on its way there, each by another time, and every answer on its way back.
type slowWay struct {
	next http.RoundTripper
	way  func() time.Duration
}

func (s slowWay) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(s.way())
	response, err := s.next.RoundTrip(r)
	time.Sleep(s.way())
	return response, err
}

func upTo(d time.Duration) func() time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return pick(random, d)
	}
}

func pick(random *rand.Rand, d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	return time.Duration(random.Int64N(int64(d)))
}

// Three hundred calls need two minutes at least: a hundred at once, a hundred after a minute, a hundred after two. The
// limiter must come close to that without one refusal, however the network delays the calls.
func TestLimitIsKeptAndUsed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name               string
		callers            int
		calls              int
		way, transit, took time.Duration // bounds
		most               time.Duration // from the first arrival to the last
	}{
		{"8 callers", 8, 300, 0, 0, 0, 121 * time.Second},
		{"1 caller", 1, 300, 0, 0, 0, 121 * time.Second},
		{"80 callers", 80, 300, 0, 0, 0, 121 * time.Second},
		{"all at once", 300, 300, 0, 0, 0, 121 * time.Second},
		{"8 callers, uneven network", 8, 300, 100 * time.Millisecond, 0, 200 * time.Millisecond, 126 * time.Second},
		{"80 callers, very uneven network", 80, 300, time.Second, 0, 200 * time.Millisecond, 126 * time.Second},
		{"200 callers, slow server", 200, 300, 0, 0, 8 * time.Second, 126 * time.Second},
		{"200 callers, slow way and server", 200, 300, 0, 2 * time.Second, 8 * time.Second, 128 * time.Second},
		{"8 callers, ten minutes", 8, 1000, 0, 0, 0, 9 * 61 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newStrict(tc.transit, tc.took)
				way := upTo(tc.way)
				c, stop := inMemoryFor(t, acquiaAccount, server, func(o *apiclient.Options, tr *http.Transport) {
					if tc.way > 0 {
						o.Transport = slowWay{tr, way}
					}
				})
				defer stop()
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				work := make(chan int)
				var wg sync.WaitGroup
				for range tc.callers {
					wg.Go(func() {
						for range work {
							if _, err := c.Send(ctx, build(t, acquiaRead, project), apiclient.Page{}); err != nil {
								t.Error(err)
							}
						}
					})
				}
				for n := range tc.calls {
					work <- n
				}
				close(work)
				wg.Wait()
				if server.refused > 0 || len(server.arrivals) != tc.calls {
					t.Fatalf("%d of %d calls were refused", server.refused, len(server.arrivals))
				}
				took := server.arrivals[tc.calls-1].Sub(server.arrivals[0])
				t.Logf("%d calls in %v", tc.calls, took.Round(time.Millisecond))
				if took > tc.most {
					t.Errorf("took %v, want at most %v", took, tc.most)
				}
			})
		})
	}
}

// Nobody overtakes, not even a caller that comes in the very moment in which a call becomes free.
func TestQueueIsFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newStrict(0, 0)
		c, stop := inMemoryFor(t, acquiaAccount, server, nil)
		defer stop()
		var wg sync.WaitGroup
		for n := range 3 * perMinute {
			at := time.Duration(n) * 10 * time.Millisecond
			if n >= perMinute {
				at += 58*time.Second + 600*time.Millisecond // 50 will be waiting when the first call is free again
			}
			wg.Go(func() {
				r := build(t, acquiaRead, map[string]any{"project_id": fmt.Sprintf("%03d", n)})
				time.Sleep(at)
				if _, err := c.Send(t.Context(), r, apiclient.Page{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := server.seen(); !slices.IsSorted(got) {
			t.Errorf("out of turn: %v", got)
		}
	})
}

func TestCallsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemoryFor(t, acquiaAccount, newStrict(0, 0), nil)
		defer stop()
		left := func() int {
			t.Helper()
			h, err := c.Health(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return h.CallsLeft
		}
		if n := left(); n != perMinute {
			t.Errorf("%d calls left at first", n)
		}
		for range 30 {
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Fatal(err)
			}
		}
		if n := left(); n != perMinute-30 {
			t.Errorf("%d calls left after 30", n)
		}
		time.Sleep(61 * time.Second)
		if n := left(); n != perMinute {
			t.Errorf("%d calls left a minute later", n)
		}
		unlimited, stop2 := inMemory(t, &fake{answer: fineAnswer}, nil)
		defer stop2()
		if h, err := unlimited.Health(t.Context()); err != nil || h.CallsLeft != -1 {
			t.Errorf("without a limit %d calls are left (%v)", h.CallsLeft, err)
		}
	})
}

// An account may say how many calls its platform admits, whatever the platform.
func TestCallsPerMinute(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]accountFor{"platformsh": platformshAccount, "acquia": acquiaAccount, "virtuozzo": vzAccount(withToken)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ten := func(base string) apiclient.Account {
					a := account(base)
					a.CallsPerMinute = 10
					return a
				}
				c, stop := inMemoryFor(t, ten, &fake{answer: always(200, `{"result":0}`)}, nil)
				defer stop()
				op := map[string]*schemas.Operation{"platformsh": readRow, "acquia": acquiaRead, "virtuozzo": vzRow("/a/b/rest/c", schemas.Read, "project_id")}[name]
				start := time.Now()
				for range 11 {
					if _, err := send(t, c, op, project); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(start); took < time.Minute || took > 61*time.Second {
					t.Errorf("eleven calls took %v", took)
				}
				if b := c.Budget(); b.Limit != 10 {
					t.Errorf("budget %+v", b)
				}
			})
		})
	}
}

// A caller that cannot wait that long hears so at once, in the queue and before it.
func TestNobodyWaitsInVain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var limited bool
		f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			if limited && strings.HasSuffix(r.URL.Path, "/bad") {
				limited = false
				time.Sleep(2 * time.Second)
				w.Header().Set("Retry-After", "60")
				giveJSON(w, 429, "{}")
				return
			}
			giveJSON(w, 200, "{}")
		}}
		c, stop := inMemoryFor(t, acquiaAccount, f, nil)
		defer stop()
		for range perMinute - 1 {
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Fatal(err)
			}
		}
		limited = true
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
			defer cancel()
			if _, err := c.Send(ctx, build(t, acquiaRead, map[string]any{"project_id": "bad"}), apiclient.Page{}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		start := time.Now()
		refusedAfter := func(patience, want time.Duration) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, err := c.Send(ctx, build(t, acquiaRead, project), apiclient.Page{})
			if e := asError(t, err); e.Kind != apiclient.KindRateLimited || !e.Retryable || e.RetryAfter == 0 || !strings.Contains(e.Error(), "retry in ") || time.Since(start) != want {
				t.Errorf("with %v of patience: %v after %v, want a refusal after %v", patience, e, time.Since(start), want)
			}
		}
		refusedAfter(30*time.Second, 0)             // the window is full for a minute
		refusedAfter(61*time.Second, 2*time.Second) // in the queue, until the 429 says another minute
		wg.Wait()
	})
}

// Callers that leave the queue take nobody's turn with them.
func TestLeavingTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newStrict(0, 0)
		c, stop := inMemoryFor(t, acquiaAccount, server, nil)
		defer stop()
		for range perMinute {
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		var wg sync.WaitGroup
		for n := range 2 * perMinute {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // more than the whole queue takes
				defer cancel()
				if n%2 == 0 {
					time.AfterFunc(time.Duration(n)*200*time.Millisecond, cancel)
				}
				_, err := c.Send(ctx, build(t, acquiaRead, project), apiclient.Page{})
				if err != nil && (n%2 == 1 || asError(t, err).Kind != apiclient.KindCanceled) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took > 61*time.Second || server.refused > 0 {
			t.Errorf("took %v, %d refused", took, server.refused)
		}
	})
}

// absent is the context of a caller that looks up only after its turn has come, and finds that it is canceled.
type absent struct {
	context.Context
	back atomic.Bool
}

func (a *absent) Done() <-chan struct{} {
	time.Sleep(2 * time.Minute)
	a.back.Store(true)
	done := make(chan struct{})
	close(done)
	return done
}

func (a *absent) Err() error {
	if a.back.Load() {
		return context.Canceled
	}
	return nil
}

// Leaving in the very moment of one's turn gives it back.
func TestLeavingAtTheLastMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemoryFor(t, acquiaAccount, newStrict(0, 0), nil)
		defer stop()
		for range perMinute {
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range 20 { // each has an even chance to notice first that it has left
			wg.Go(func() {
				_, err := c.Send(&absent{Context: t.Context()}, build(t, acquiaRead, project), apiclient.Page{})
				if e := asError(t, err); e.Kind != apiclient.KindCanceled {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		time.Sleep(2 * time.Minute)
		if h, err := c.Health(t.Context()); err != nil || h.CallsLeft != perMinute {
			t.Errorf("%d calls left (%v): some were lost", h.CallsLeft, err)
		}
	})
}

// After a hold the callers come back in their order and one by one.
func TestComingBack(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]accountFor{"unlimited": platformshAccount, "limited": acquiaAccount} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var at []time.Time
				f := &fake{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
					if n == 1 {
						w.Header().Set("Retry-After", "30")
						giveJSON(w, 429, "{}")
						return
					}
					mu.Lock()
					at = append(at, time.Now())
					mu.Unlock()
					giveJSON(w, 200, "{}")
				}}
				c, stop := inMemoryFor(t, account, f, nil)
				defer stop()
				op := map[string]*schemas.Operation{"unlimited": readRow, "limited": acquiaRead}[name]
				start := time.Now()
				var wg sync.WaitGroup
				for n := range 50 {
					wg.Go(func() {
						time.Sleep(time.Duration(n) * time.Second / 10)
						if _, err := send(t, c, op, map[string]any{"project_id": fmt.Sprintf("%03d", n)}); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if calls := f.seen()[1:]; !slices.IsSorted(calls) {
					t.Errorf("out of turn: %v", calls)
				}
				for i := range at {
					if want := 30*time.Second + time.Duration(i)*20*time.Millisecond; at[i].Sub(start) != want {
						t.Fatalf("call %d came after %v, want %v", i, at[i].Sub(start), want)
					}
				}
				before := time.Now()
				for range 3 { // and that is the end of it
					if _, err := send(t, c, op, project); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(before); took > 20*time.Millisecond {
					t.Errorf("later calls are still held: %v", took)
				}
			})
		})
	}
}

// An hour of patience that one call is asked for holds the others back for a minute. Then one at a time probes, until one is admitted.
func TestProbe(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]accountFor{"unlimited": platformshAccount, "limited": acquiaAccount} {
		for _, later := range []string{"3600", "5", ""} { // Retry-After of the probes that are refused as well
			t.Run(name+" "+later, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					var mu sync.Mutex
					var at []time.Duration
					f := &fake{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
						mu.Lock()
						at = append(at, time.Since(start))
						mu.Unlock()
						if n > 1 {
							time.Sleep(3 * time.Second) // long enough for others to come in between
						}
						if n <= 3 {
							retryAfter := later
							if n == 1 {
								retryAfter = "3600"
							}
							if retryAfter != "" {
								w.Header().Set("Retry-After", retryAfter)
							}
							giveJSON(w, 429, "{}")
							return
						}
						giveJSON(w, 200, "{}")
					}}
					c, stop := inMemoryFor(t, account, f, nil)
					defer stop()
					op := map[string]*schemas.Operation{"unlimited": readRow, "limited": acquiaRead}[name]
					if e := asError(t, second(send(t, c, op, project))); e.RetryAfter != time.Hour || !strings.Contains(e.Error(), "retry in 3600 s") {
						t.Errorf("the call that was refused: %v", e)
					}
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					if e := asError(t, second(c.Send(ctx, build(t, op, project), apiclient.Page{}))); e.Kind != apiclient.KindRateLimited || e.RetryAfter != time.Minute || !strings.Contains(e.Error(), "asked this account to wait") {
						t.Errorf("a caller in a hurry: %v", e)
					}
					if e := asError(t, second(send(t, c, op, project))); e.Kind != apiclient.KindRateLimited || !strings.Contains(e.Error(), "retry in 60 s") || time.Since(start) != 0 {
						t.Errorf("a caller that did not say for how long it waits: %v after %v", e, time.Since(start))
					}
					var wg sync.WaitGroup
					var refused atomic.Int32
					for range 20 {
						wg.Go(func() {
							ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
							defer cancel()
							if _, err := c.Send(ctx, build(t, op, project), apiclient.Page{}); err != nil {
								refused.Add(1)
							}
						})
					}
					wg.Wait()
					if want := map[string]int32{"3600": 2}[later]; refused.Load() != want { // those two probed, and are asked for an hour
						t.Errorf("%d callers have no answer, want %d", refused.Load(), want)
					}
					pause := map[string]time.Duration{"3600": time.Minute, "5": 5 * time.Second, "": time.Minute}[later]
					for i, want := range []time.Duration{0, time.Minute, time.Minute + 3*time.Second + pause, time.Minute + 2*(3*time.Second+pause)} {
						if at[i] != want {
							t.Errorf("call %d came after %v, want %v", i+1, at[i], want)
						}
					}
					for _, when := range at[4:] {
						if since := when - at[3]; since < 3*time.Second || since > 4*time.Second {
							t.Errorf("a call came %v after the probe that was admitted, in which it takes 3 s", since)
						}
					}
				})
			})
		}
	}
}

// A probe that finds out nothing leaves the next one to find out.
func TestProbeThatIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.Header().Set("Retry-After", "3600")
				giveJSON(w, 429, "{}")
			case 2:
				<-r.Context().Done() // until the caller has had enough
			default:
				giveJSON(w, 200, "{}")
			}
		}}
		c, stop := inMemoryFor(t, acquiaAccount, f, nil)
		defer stop()
		if _, err := send(t, c, acquiaRead, project); err == nil {
			t.Error("no error")
		}
		time.Sleep(time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Send(ctx, build(t, acquiaRead, project), apiclient.Page{}); err == nil {
				t.Error("the lost call has an answer")
			}
		})
		time.Sleep(time.Second)
		if h, err := c.Health(t.Context()); err != nil || h.CallsLeft != 0 {
			t.Errorf("%d calls left beside a probe, %v", h.CallsLeft, err)
		}
		for range 3 {
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
	})
}

// A probe is admitted with the head of its answer: the others do not wait for a long body.
func TestProbeWithALongAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
			switch n {
			case 1:
				w.Header().Set("Retry-After", "3600")
				giveJSON(w, 429, "{}")
			case 2:
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(200)
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Second)
				w.Write([]byte("{}"))
			default:
				giveJSON(w, 200, "{}")
			}
		}}
		c, stop := inMemoryFor(t, acquiaAccount, f, nil)
		defer stop()
		if _, err := send(t, c, acquiaRead, project); err == nil {
			t.Error("no error")
		}
		time.Sleep(time.Minute)
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := send(t, c, acquiaRead, project); err != nil || time.Since(start) < 20*time.Second {
				t.Errorf("the probe: %v after %v", err, time.Since(start))
			}
		})
		synctest.Wait()
		if _, err := send(t, c, acquiaRead, project); err != nil || time.Since(start) > time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		wg.Wait()
	})
}

func second[T any](_ T, err error) error { return err }

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemoryFor(t, acquiaAccount, newStrict(0, 0), nil)
		defer stop()
		var wg sync.WaitGroup
		defer wg.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		refused := 0
		var mu sync.Mutex
		for range 5000 {
			wg.Go(func() {
				// An hour of patience, so that it is the length of the queue that counts.
				ctx, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				if _, err := c.Send(ctx, build(t, acquiaRead, project), apiclient.Page{}); err != nil && asError(t, err).Kind == apiclient.KindRateLimited {
					mu.Lock()
					refused++
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Second)
		mu.Lock()
		defer mu.Unlock()
		if refused != 5000-1000-perMinute {
			t.Errorf("%d of 5000 callers were sent away", refused)
		}
	})
}

// The exchange for a token is no API call, and a rejected token costs two.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer token-1" {
				giveJSON(w, 401, "{}")
			} else {
				giveJSON(w, 200, "{}")
			}
		}}
		c, stop := inMemoryFor(t, acquiaAccount, f, nil)
		defer stop()
		if _, err := send(t, c, acquiaRead, project); err != nil {
			t.Fatal(err)
		}
		if h, err := c.Health(t.Context()); err != nil || h.CallsLeft != perMinute-2 || f.exchanges() != 2 {
			t.Errorf("%d calls left after %d exchanges (%v), want %d", h.CallsLeft, f.exchanges(), err, perMinute-2)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: fineAnswer, token: func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 400, `{"error":"invalid_client"}`) }}
		c, stop := inMemoryFor(t, acquiaAccount, f, nil)
		defer stop()
		start := time.Now()
		for range 2 * perMinute { // all fail for their credentials, none for the limit
			if _, err := send(t, c, acquiaRead, project); asError(t, err).Kind != apiclient.KindAuth {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("calls that were never sent used up the limit: waited %v", took)
		}
	})
}
