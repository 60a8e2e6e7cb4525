package platformsh

import (
	"net/url"
	"strings"
)

func billingOrderRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/orders", (*Server).listOrders},
		{"GET /organizations/{organization_id}/orders/{order_id}", (*Server).getOrder},
		{"POST /organizations/{organization_id}/orders/{order_id}/authorize", (*Server).authorizeOrder},
		{"GET /organizations/{organization_id}/invoices", (*Server).listInvoices},
		{"GET /organizations/{organization_id}/invoices/{invoice_id}", (*Server).getInvoice},
		{"GET /orders/download", (*Server).downloadInvoice},
	}
}

func (s *Server) listOrders(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	if err := checkMode(r); err != nil {
		return Response{}, err
	}
	docs, err := filterDocs(r, l.orders, "status", "total")
	if err != nil {
		return Response{}, err
	}
	page, err := numberedPage(r, each(docs, func(o Doc) Doc { return s.orderView(r, l, o) }), "items", accountPage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

func checkMode(r *Request) error {
	if m := r.Query.Get("mode"); m != "" && m != "details" {
		return InvalidField("mode", "Use details or leave it out.")
	}
	return nil
}

func findByID(list []Doc, id string) (Doc, bool) {
	for _, d := range list {
		if d["id"] == id {
			return d, true
		}
	}
	return nil, false
}

func (s *Server) billedOrder(r *Request) (*ledger, Doc, error) {
	l, err := s.ledger(r)
	if err != nil {
		return nil, nil, err
	}
	o, ok := findByID(l.orders, r.Param("order_id"))
	if !ok {
		return nil, nil, NotFound("Order", r.Param("order_id"))
	}
	return l, o, nil
}

func (s *Server) getOrder(r *Request) (Response, error) {
	l, o, err := s.billedOrder(r)
	if err != nil {
		return Response{}, err
	}
	if err := checkMode(r); err != nil {
		return Response{}, err
	}
	return OK(s.orderView(r, l, o))
}

// orderView adds the links. Line items are shown with mode=details only.
func (s *Server) orderView(r *Request, l *ledger, o Doc) Doc {
	out := clone(o)
	if r.Query.Get("mode") != "details" {
		delete(out, "line_items")
	}
	out["invoice_url"] = ""
	for _, i := range l.invoices {
		if i["order_id"] == o["id"] && i["type"] == "invoice" {
			out["invoice_url"] = s.invoiceURL(r, text(i, "id"))
		}
	}
	out["_links"] = links("invoices", r.base()+"/organizations/"+text(l.profile, "id")+"/invoices?filter%5Border_id%5D="+text(o, "id"))
	return out
}

// authorizeOrder answers where a person confirms the payment (3-D Secure). Only an invoiced, unpaid order needs that.
func (s *Server) authorizeOrder(r *Request) (Response, error) {
	_, o, err := s.billedOrder(r)
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	if o["status"] != "pending" || o["invoiced"] != true {
		return Response{}, InvalidField("order", "No authorization is required.")
	}
	return OK(Doc{"type": "redirect_to_url", "redirect_to_url": Doc{
		"return_url": "https://console.platform.sh/-/billing/orders/" + text(o, "id"),
		"url":        "https://payments.example/3ds/" + s.sign("payment:"+text(o, "id")),
	}})
}

func (s *Server) listInvoices(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	docs, err := filterDocs(r, l.invoices, "status", "type", "order_id")
	if err != nil {
		return Response{}, err
	}
	page, err := numberedPage(r, each(docs, func(i Doc) Doc { return s.invoiceView(r, i) }), "items", accountPage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

func (s *Server) getInvoice(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	i, ok := findByID(l.invoices, r.Param("invoice_id"))
	if !ok {
		return Response{}, NotFound("Invoice", r.Param("invoice_id"))
	}
	return OK(s.invoiceView(r, i))
}

func (s *Server) invoiceView(r *Request, i Doc) Doc {
	out := clone(i)
	out["invoice_pdf"] = Doc{"url": s.invoiceURL(r, text(i, "id")), "status": "ready"}
	return out
}

// invoiceURL holds a signed token, so that the link works for this invoice alone.
func (s *Server) invoiceURL(r *Request, id string) string {
	q := url.Values{"token": {id + "." + s.sign("invoice:"+id)}}
	return r.base() + "/orders/download?" + q.Encode()
}

func (s *Server) downloadInvoice(r *Request) (Response, error) {
	token := r.Query.Get("token")
	if token == "" {
		return Response{}, InvalidField("token", "This query parameter is required.")
	}
	id, sig, _ := strings.Cut(token, ".")
	if !s.signed("invoice:"+id, sig) {
		return Response{}, Forbidden("The download token is invalid.")
	}
	for _, l := range s.accounts.ledgers {
		if i, ok := findByID(l.invoices, id); ok {
			lines := []string{"Invoice " + text(i, "invoice_number"), text(i, "company"), "Date " + text(i, "invoice_date")[:10],
				"Order " + text(i, "order_id"), "Status " + text(i, "status")}
			return Response{Raw: pdf(lines), ContentType: "application/pdf"}, nil
		}
	}
	return Response{}, NotFound("Invoice", id)
}
