package platformsh_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator/platformsh"
)

func TestUserLookups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/users/me", adaPath, "/users/email=ada@acme.example", "/users/email=ada%40acme.example", "/users/username=ada"} {
		if u := s.Get(path); u["id"] != platformsh.UserAda {
			t.Errorf("%s: %v", path, u)
		}
	}
	s.Want(http.StatusOK, "PATCH "+adaPath, `{"first_name":"Adela","country":"FR","picture":"https://pics.example/ada.png"}`)
	if u := s.Get("/users/me"); u["first_name"] != "Adela" || u["country"] != "FR" {
		t.Errorf("changed: %v", u)
	}
	if p := s.Get("/profiles/" + platformsh.UserAda); p["display_name"] != "Adela Stone" || p["picture"] != "https://pics.example/ada.png" {
		t.Errorf("profile: %v", p)
	}
	s.Want(http.StatusNoContent, "POST "+adaPath+"/resetpassword", "")
	s.Want(http.StatusNoContent, "POST "+adaPath+"/emailaddress", `{"email_address":"ada@new.example"}`)
	if s.Get("/users/me")["email"] != "ada@acme.example" {
		t.Error("the address changed before it was confirmed")
	}
	me := s.Get("/me")
	if me["mail"] != "ada@acme.example" || len(me["projects"].([]any)) != 3 || me["has_key"] != true {
		t.Errorf("/me: %v", me)
	}
}

// A new token works at the token endpoint; its secret is shown once; a deleted one works no more.
func TestAPITokenLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := len(s.list(adaPath + "/api-tokens"))
	token := s.Want(http.StatusCreated, "POST "+adaPath+"/api-tokens", `{"name":"robot"}`)
	secret, path := token["token"].(string), adaPath+"/api-tokens/"+token["id"].(string)
	if d := s.Get(path); d["token"] != nil || d["name"] != "robot" {
		t.Errorf("read again: %v", d)
	}
	if list := s.list(adaPath + "/api-tokens"); len(list) != before+1 || find(list, "name", "robot")["token"] != nil {
		t.Errorf("listed: %v", list)
	}
	s.login(secret)
	s.Want(http.StatusNoContent, "DELETE "+path, "")
	if status, _, _ := s.Do("GET /users/me", ""); status != http.StatusUnauthorized {
		t.Errorf("access token of a deleted API token: %d", status)
	}
	if status, answer := s.exchange("grant_type=api_token&api_token="+secret, "platform-api-user"); status != http.StatusBadRequest || answer["error"] != "invalid_grant" {
		t.Errorf("deleted API token: %d %v", status, answer)
	}
	s.login(platformsh.APIToken)
	s.refuse(http.StatusNotFound, "GET "+path, "")
}

func TestSSHKeyLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const value = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g robot@ci"
	key := s.Want(http.StatusCreated, "POST /ssh_keys", toJSON(t, doc{"value": value}))
	path := "/ssh_keys/" + strconv.Itoa(int(key["key_id"].(float64)))
	if key["title"] != "robot@ci" || len(key["fingerprint"].(string)) != 32 || s.Get(path)["value"] != value {
		t.Errorf("key: %v", key)
	}
	s.refuse(http.StatusBadRequest, "POST /ssh_keys", toJSON(t, doc{"value": value}))
	s.refuse(http.StatusForbidden, "POST /ssh_keys", toJSON(t, doc{"value": value, "uuid": platformsh.UserBen}))
	s.Want(http.StatusNoContent, "DELETE "+path, "")
	s.refuse(http.StatusNotFound, "GET "+path, "")
}

func TestSecondFactorLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	offer := s.Get(adaPath + "/totp")
	secret := offer["secret"].(string)
	if !strings.HasPrefix(offer["qr_code"].(string), "data:image/png;base64,") || offer["account_name"] != "ada@acme.example" {
		t.Errorf("offer: %v", offer)
	}
	s.refuse(http.StatusBadRequest, "POST "+adaPath+"/totp", toJSON(t, doc{"secret": secret, "passcode": "000000"}))
	code := platformsh.Passcode(secret, s.clock.Now())
	first := s.Want(http.StatusOK, "POST "+adaPath+"/totp", toJSON(t, doc{"secret": secret, "passcode": code}))
	s.refuse(http.StatusConflict, "GET "+adaPath+"/totp", "")
	second := s.Want(http.StatusCreated, "POST "+adaPath+"/codes", "")
	if len(second["recovery_codes"].([]any)) != 10 || toJSON(t, first) == toJSON(t, second) {
		t.Errorf("recovery codes: %v, then %v", first, second)
	}
	s.Want(http.StatusNoContent, "DELETE "+adaPath+"/totp", "")
	if s.Get(adaPath + "/totp")["secret"] == secret {
		t.Error("the old secret is offered again")
	}
}

// The test values of RFC 6238 appendix B, cut to six digits.
func TestPasscode(t *testing.T) {
	t.Parallel()
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 20000000000: "353130"} {
		if got := platformsh.Passcode(secret, time.Unix(at, 0)); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestPhoneAndConnections(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.login(platformsh.BenAPIToken)
	ben := "/users/" + platformsh.UserBen
	if s.Want(http.StatusOK, "POST /me/phone", "")["verify_phone"] != true {
		t.Error("Ben's phone is verified")
	}
	sid := s.Want(http.StatusOK, "POST "+ben+"/phonenumber", `{"channel":"sms","phone_number":"+4930999888777"}`)["sid"].(string)
	s.refuse(http.StatusBadRequest, "POST "+ben+"/phonenumber/"+sid, `{"code":"111111"}`)
	s.Want(http.StatusOK, "POST "+ben+"/phonenumber/"+sid, toJSON(t, doc{"code": platformsh.PhoneCode}))
	if d := s.Want(http.StatusOK, "POST /me/verification", ""); d["state"] != false {
		t.Errorf("verification: %v", d)
	}
	s.Want(http.StatusCreated, "POST "+orgPath+"/subscriptions", `{"project_region":"eu-5.platform.sh"}`)
	s.refuse(http.StatusConflict, "POST "+ben+"/phonenumber", `{"channel":"sms","phone_number":"+4930111222333"}`) // Ada's

	s.login(platformsh.APIToken)
	if n := len(s.list(adaPath + "/connections")); n != 2 {
		t.Errorf("%d connections", n)
	}
	s.Get(adaPath + "/connections/github")
	s.Want(http.StatusNoContent, "DELETE "+adaPath+"/connections/github", "")
	s.refuse(http.StatusNotFound, "GET "+adaPath+"/connections/github", "")
}

func TestProfileLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := "/profiles/" + platformsh.UserAda
	body := toJSON(t, doc{"display_name": "A. Stone", "current_password": platformsh.UserPassword, "password": "a much longer one"})
	d := s.Want(http.StatusOK, "PATCH "+path, body)
	if d["display_name"] != "A. Stone" || d["password"] != nil || s.Get(path)["display_name"] != "A. Stone" {
		t.Errorf("profile: %v", d)
	}
	s.refuse(http.StatusBadRequest, "PATCH "+path, body) // the old password is gone
	if a := s.Want(http.StatusOK, "PATCH "+path+"/address", `{"postal_code":"10115"}`); a["postal_code"] != "10115" || a["metadata"] == nil {
		t.Errorf("address: %v", a)
	}
	if s.Get(path + "/address")["postal_code"] != "10115" {
		t.Error("the address was not kept")
	}
	if n := s.Get("/profiles")["count"].(float64); n < 20 {
		t.Errorf("%v profiles", n)
	}
}

func TestPicture(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var picture, body bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	upload := func(part string, data []byte) (int, doc) {
		body.Reset()
		m := multipart.NewWriter(&body)
		w, err := m.CreateFormFile(part, "ada.png")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(data)
		_ = m.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim/platformsh/profile/"+platformsh.UserAda+"/picture", &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.Token)
		req.Header.Set("Content-Type", m.FormDataContentType())
		resp, err := s.HTTP.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var d doc
		if err := json.NewDecoder(resp.Body).Decode(&d); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, d
	}
	for name, data := range map[string][]byte{"image": picture.Bytes(), "file": []byte("no picture")} {
		if status, d := upload(name, data); status != http.StatusBadRequest {
			t.Errorf("part %s: %d %v", name, status, d)
		}
	}
	status, d := upload("file", picture.Bytes())
	if url, _ := d["url"].(string); status != http.StatusOK || !strings.HasSuffix(url, ".png") || s.Get("/users/me")["picture"] != url {
		t.Errorf("upload: %d %v", status, d)
	}
	s.Want(http.StatusNoContent, "DELETE /profile/"+platformsh.UserAda+"/picture", "")
	if s.Get("/users/me")["picture"] != "" {
		t.Error("the picture is still there")
	}
}
