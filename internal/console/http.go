package console

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed web/*.css web/*.js web/*.svg
var static embed.FS

// maxBody bounds a form; ours have a name of 200 characters at most.
const maxBody = 16 << 10

// contentPolicy is the Content-Security-Policy of every answer: files of this server, forms to this server, and nothing else.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// handler is the whole console: what nobody may send is refused before anything looks at it.
func (c *Console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, max-age=300")
		http.ServeFileFS(w, r, static, "web/"+r.PathValue("file"))
	})
	mux.HandleFunc("GET /login", c.showLogin)
	mux.HandleFunc("POST /login", c.login)
	mux.HandleFunc("POST /logout", c.page(c.logout))

	mux.HandleFunc("GET /{$}", c.page(c.showRequests))
	mux.HandleFunc("GET /requests/{id}", c.page(c.showRequest))
	mux.HandleFunc("POST /requests/{id}", c.page(c.decide))
	mux.HandleFunc("GET /audit", c.page(c.showAudit))
	mux.HandleFunc("GET /catalogue", c.page(c.showCatalogue))
	mux.HandleFunc("GET /accounts", c.page(c.showAccounts))
	mux.HandleFunc("GET /events", c.page(c.events))

	mux.HandleFunc("GET /api/requests", c.program(c.listRequests))
	mux.HandleFunc("POST /api/requests/{id}", c.program(c.decideRequest))
	mux.HandleFunc("POST /api/link", c.program(c.giveLink))

	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.fail(w, nil, http.StatusForbidden, "This came from another page and was not accepted.")
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		// A page on the web can make its own name resolve to this address; its requests still carry that name.
		if !slices.Contains(c.hosts, strings.ToLower(r.Host)) {
			http.Error(w, "this console does not answer to this name; use the address that paas-mcp printed", http.StatusMisdirectedRequest)
			return
		}
		if foreign(r) {
			c.fail(w, nil, http.StatusForbidden, "This came from another page and was not accepted.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		origins.Handler(mux).ServeHTTP(w, r)
	})
}

// foreign reports whether a page of somebody else makes the request, a read too: what it does must not count for the people who work
// here, as failed attempts or open pages. Browsers say so, programs say nothing. A person who follows a link from elsewhere is welcome.
func foreign(r *http.Request) bool {
	h := r.Header
	switch h.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "": // a program, or an old browser, which still names the page
		origin := h.Get("Origin")
		u, err := url.Parse(origin)
		return origin != "" && (err != nil || !strings.EqualFold(u.Host, r.Host))
	}
	follows := r.Method == http.MethodGet && h.Get("Sec-Fetch-Mode") == "navigate" && h.Get("Sec-Fetch-Dest") == "document"
	return !follows || strings.HasPrefix(r.URL.Path, "/api/")
}

// cookie names the session's cookie. Browsers share cookies between the ports of a machine, so that the port has to tell
// servers apart.
func (c *Console) cookie() string {
	if c.secure() {
		return "__Host-paas-mcp-console"
	}
	_, port, _ := strings.Cut(c.hosts[0], ":")
	return "paas-mcp-console-" + port
}

// secure reports whether browsers reach the console over TLS. On loopback they do not, and what is sent never leaves the machine;
// a cookie marked Secure would be refused there.
func (c *Console) secure() bool { return c.public != nil && c.public.Scheme == "https" }

func (c *Console) setCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: c.cookie(), Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: c.secure(), SameSite: http.SameSiteStrictMode,
	})
}

// session is that of the request, nil when nobody is signed in.
func (c *Console) session(r *http.Request) (name string, s *session) {
	cookie, err := r.Cookie(c.cookie())
	if err != nil {
		return "", nil
	}
	return cookie.Value, c.sessions.find(cookie.Value)
}

// page serves whoever is signed in. A change must carry the token of the session, which no other page can know.
func (c *Console) page(serve func(http.ResponseWriter, *http.Request, *session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, s := c.session(r)
		if s == nil {
			c.askLogin(w, r)
			return
		}
		if r.Method == http.MethodPost {
			if !c.parse(w, r) {
				return
			}
			if !same(r.PostForm.Get("csrf"), s.csrf) {
				c.fail(w, s, http.StatusForbidden, "This form does not belong to your session. Go back, reload the page and try again.")
				return
			}
		}
		serve(w, r, s)
	}
}

// parse reads a form and answers itself when it cannot.
func (c *Console) parse(w http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		c.fail(w, nil, http.StatusRequestEntityTooLarge, "This form is too long or broken.")
		return false
	}
	return true
}
