package platformsh

import "strings"

func orgProfileRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/address", (*Server).getOrgAddress},
		{"PATCH /organizations/{organization_id}/address", (*Server).patchOrgAddress},
		{"GET /organizations/{organization_id}/profile", (*Server).getOrgProfile},
		{"PATCH /organizations/{organization_id}/profile", (*Server).patchOrgProfile},
	}
}

var addressFields = []string{"country", "name_line", "premise", "sub_premise", "thoroughfare", "administrative_area",
	"sub_administrative_area", "locality", "dependent_locality", "postal_code"}

func newAddress(country string) Doc {
	a := Doc{}
	for _, f := range addressFields {
		a[f] = ""
	}
	merge(a, Doc{"country": country, "thoroughfare": "1 Sample Street", "locality": "Springfield", "postal_code": "12345"})
	return a
}

// addressPatch decodes the body of both address calls.
func addressPatch(r *Request) (Doc, error) {
	fields := make([]Field, 0, len(addressFields))
	for _, f := range addressFields {
		fields = append(fields, Null(f, String))
	}
	body, err := r.Object(fields...)
	if err != nil {
		return nil, err
	}
	if c, given := body["country"]; given {
		if v, ok := c.(string); !ok || !isCountry(v) {
			return nil, InvalidField("country", "Not a two-letter country code.")
		}
	}
	return body, nil
}

// ledger returns what the organization of the path is billed by.
func (s *Server) ledger(r *Request) (*ledger, error) {
	org, err := s.organization(r, "billing")
	if err != nil {
		return nil, err
	}
	return s.accounts.ledgers[text(org, "id")], nil
}

func (s *Server) getOrgAddress(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	return OK(l.address)
}

func (s *Server) patchOrgAddress(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	body, err := addressPatch(r)
	if err != nil {
		return Response{}, err
	}
	merge(l.address, body)
	return OK(l.address)
}

func (s *Server) getOrgProfile(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	return OK(l.profile)
}

func (s *Server) patchOrgProfile(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("default_catalog", String), Opt("project_options_url", URL), Opt("security_contact", Email),
		Opt("company_name", String), Opt("vat_number", String), Opt("billing_contact", Email))
	if err != nil {
		return Response{}, err
	}
	if err := checkVAT(body); err != nil {
		return Response{}, err
	}
	merge(l.profile, body)
	l.profile["updated_at"] = stamp(r.Now)
	return OK(l.profile)
}

// checkVAT admits an empty number, or a country code with 2 to 13 letters and digits.
func checkVAT(body Doc) error {
	v := text(body, "vat_number")
	if v == "" || len(v) >= 4 && len(v) <= 15 && isCountry(v[:2]) &&
		strings.Trim(v[2:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" {
		return nil
	}
	return InvalidField("vat_number", "Not a VAT number such as DE123456789.")
}
