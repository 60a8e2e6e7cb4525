package console_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium starts one headless Chromium for all browser tests. Without one they are skipped, except where CI is set: there a
// missing browser is a failure.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const why = "no Chromium here: run `make browser`, which installs one and runs these tests"
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip("SKIPPED: " + why)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(options, chromedp.Flag("disable-dev-shm-usage", true))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// window is a tab with cookies of its own.
type window struct {
	t   testing.TB
	ctx context.Context
}

func newWindow(t testing.TB, browser context.Context) *window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1100, 900)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 20*time.Second)
	t.Cleanup(cancel)
	return &window{t: t, ctx: ctx}
}

func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, actions...); err != nil {
		w.fatal(err.Error())
	}
}

// get runs an action that answers.
func get[T any](w *window, action chromedp.Action[T]) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, action)
	if err != nil {
		w.fatal(err.Error())
	}
	return v
}

// call sends a command of the protocol.
func call[P, R any](w *window, command cdp.Command[P, R], params P) R {
	w.t.Helper()
	r, err := chromedp.Call(w.ctx, command, params)
	if err != nil {
		w.fatal(err.Error())
	}
	return r
}

func (w *window) fatal(why string) {
	w.t.Helper()
	w.t.Fatalf("%s; the page says:\n%s", why, w.text())
}

// text is what can be read on the page; nothing while it is loading.
func (w *window) text() string {
	text, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
	return text
}

// see waits until a text can be read on the page.
func (w *window) see(text string) {
	w.t.Helper()
	const has = `document.body?.innerText.includes(`
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// An error is a page on its way out.
		if found, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](has+strconv.Quote(text)+`) ?? false`)); err == nil && found {
			return
		}
	}
	w.fatal("no " + text)
}

func (w *window) open(address string) { w.t.Helper(); w.do(chromedp.Navigate(address)) }
func (w *window) press(key string)    { w.t.Helper(); w.do(chromedp.KeyEvent(key)) }
func (w *window) click(selector string) {
	w.t.Helper()
	w.do(chromedp.Click(chromedp.CSS(selector)))
}
func (w *window) write(selector, text string) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// tabTo presses the tab key until the element with this id has the focus, as somebody without a mouse would.
func (w *window) tabTo(id string) {
	w.t.Helper()
	for range 40 {
		w.press(kb.Tab)
		if get(w, chromedp.Evaluate[string](`document.activeElement.id`)) == id {
			return
		}
	}
	w.fatal(id + " cannot be reached with the tab key")
}

// colors chooses between light and dark.
func (w *window) colors(scheme string) {
	w.t.Helper()
	feature := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: scheme}
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{feature}})
}

// shoot checks that nothing sticks out to the side, and keeps a picture of the page when IMAGES names a folder.
func (w *window) shoot(name string) {
	w.t.Helper()
	if wide := get(w, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); wide > 0 {
		w.t.Errorf("%s: the page is %d pixels wider than the window", name, wide)
	}
	if dir := os.Getenv("IMAGES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), get(w, chromedp.CaptureScreenshot()), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
}

// watchPolicy notes what the content security policy blocks: a page that blocks its own files still looks almost right.
func (w *window) watchPolicy() {
	call(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.blocked = [];
			document.addEventListener("securitypolicyviolation", e => blocked.push(e.violatedDirective + " " + e.blockedURI))`,
	})
}

func (w *window) nothingBlocked() {
	w.t.Helper()
	if blocked := get(w, chromedp.Evaluate[[]string](`window.blocked ?? ["the page was not watched"]`)); len(blocked) > 0 {
		w.t.Errorf("blocked by the content security policy: %v", blocked)
	}
}
