package platformsh

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

func userProfileRoutes() []Route {
	return []Route{
		{"GET /profiles", (*Server).listProfiles},
		{"GET /profiles/{userId}", (*Server).getProfile},
		{"PATCH /profiles/{userId}", (*Server).patchProfile},
		{"GET /profiles/{userId}/address", (*Server).getProfileAddress},
		{"PATCH /profiles/{userId}/address", (*Server).patchProfileAddress},
		{"POST /profile/{uuid}/picture", (*Server).postPicture},
		{"DELETE /profile/{uuid}/picture", (*Server).removePicture},
	}
}

// newProfile is the profile of a user, which older services keep beside the user itself.
func newProfile(u Doc) Doc {
	return Doc{
		"id": u["id"], "display_name": displayName(u), "email": u["email"], "username": u["username"], "type": "user", "picture": u["picture"],
		"company_type": "company", "company_name": u["company"], "currency": "EUR", "vat_number": "", "company_role": "", "website_url": u["website"],
		"new_ui": true, "ui_colorscheme": "default", "default_catalog": "", "project_options_url": "", "marketing": false,
		"created_at": u["created_at"], "updated_at": u["updated_at"], "billing_contact": nil, "security_contact": nil, "current_trial": nil,
		"invoiced": false,
	}
}

// listProfiles is one complete list: the caller and everybody in the same organizations.
func (s *Server) listProfiles(r *Request) (Response, error) {
	docs := []Doc{}
	for id := range s.accounts.users.All() {
		if id == r.UserID || s.shareOrganization(id, r.UserID) {
			docs = append(docs, s.accounts.identities[id].profile)
		}
	}
	return OK(Doc{"count": len(docs), "profiles": docs, "_links": links("self", r.href(nil))})
}

func (s *Server) getProfile(r *Request) (Response, error) {
	id, err := s.visibleUser(r, "userId")
	if err != nil {
		return Response{}, err
	}
	return OK(s.accounts.identities[id].profile)
}

// patchProfile can change the password, which needs the current one.
func (s *Server) patchProfile(r *Request) (Response, error) {
	id, err := s.self(r, "userId")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("display_name", String), Opt("username", String), Opt("current_password", String), Opt("password", String),
		Opt("company_type", String), Opt("company_name", String), Opt("vat_number", String), Opt("company_role", String),
		Opt("marketing", Boolean), Opt("ui_colorscheme", String), Opt("default_catalog", String), Opt("project_options_url", String),
		Opt("picture", String))
	if err != nil {
		return Response{}, err
	}
	if err := checkVAT(body); err != nil {
		return Response{}, err
	}
	ident := s.accounts.identities[id]
	u, _ := s.accounts.users.Get(id)
	if name, given := body["username"].(string); given {
		if err := s.checkUsername(name, id); err != nil {
			return Response{}, err
		}
		u["username"] = name
	}
	if password, given := body["password"].(string); given {
		if text(body, "current_password") != ident.password {
			return Response{}, InvalidField("current_password", "The current password is wrong.")
		}
		if len(password) < 12 {
			return Response{}, InvalidField("password", "Use at least 12 characters.")
		}
		ident.password = password
	}
	if picture, given := body["picture"]; given {
		u["picture"] = picture
	}
	delete(body, "password")
	delete(body, "current_password")
	merge(ident.profile, body)
	ident.profile["updated_at"], u["updated_at"] = stamp(r.Now), stamp(r.Now)
	return OK(ident.profile)
}

func addressView(a Doc) Doc {
	out := clone(a)
	out["metadata"] = Doc{
		"required_fields": []string{"country", "thoroughfare", "locality", "postal_code"},
		"field_labels":    Doc{"thoroughfare": "Street", "locality": "City", "postal_code": "Postal code"}, "show_vat": true,
	}
	return out
}

func (s *Server) getProfileAddress(r *Request) (Response, error) {
	id, err := s.self(r, "userId")
	if err != nil {
		return Response{}, err
	}
	return OK(addressView(s.accounts.identities[id].address))
}

func (s *Server) patchProfileAddress(r *Request) (Response, error) {
	id, err := s.self(r, "userId")
	if err != nil {
		return Response{}, err
	}
	body, err := addressPatch(r)
	if err != nil {
		return Response{}, err
	}
	a := s.accounts.identities[id].address
	merge(a, body)
	return OK(addressView(a))
}

// postPicture takes multipart/form-data with one part named file.
func (s *Server) postPicture(r *Request) (Response, error) {
	id, err := s.self(r, "uuid")
	if err != nil {
		return Response{}, err
	}
	data, err := filePart(r.HTTP.Header.Get("Content-Type"), r.Raw())
	if err != nil {
		return Response{}, err
	}
	ext, ok := map[string]string{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}[http.DetectContentType(data)]
	if !ok {
		return Response{}, InvalidField("file", "Not a PNG, JPEG or GIF picture.")
	}
	url := "/profile/" + id + "/picture/" + s.newID() + "." + ext
	s.setPicture(id, url)
	return OK(Doc{"url": url})
}

func filePart(contentType string, body []byte) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return nil, InvalidField("file", "Send multipart/form-data with a part named file.")
	}
	m := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := m.NextPart()
		if err != nil {
			return nil, InvalidField("file", "There is no part named file.")
		}
		if part.FormName() == "file" {
			return io.ReadAll(part)
		}
	}
}

func (s *Server) removePicture(r *Request) (Response, error) {
	id, err := s.self(r, "uuid")
	if err != nil {
		return Response{}, err
	}
	s.setPicture(id, "")
	return NoContent()
}

func (s *Server) setPicture(id, url string) {
	u, _ := s.accounts.users.Get(id)
	u["picture"] = url
	s.accounts.identities[id].profile["picture"] = url
}
