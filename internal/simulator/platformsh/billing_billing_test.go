package platformsh_test

import (
	"net/http"
	"strings"
	"testing"

	"paasmcp/internal/simulator/platformsh"
)

func TestInvoiceDownload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	invoice := s.Get(orgPath + "/invoices")["items"].([]any)[0].(doc)
	if one := s.Get(orgPath + "/invoices/" + invoice["id"].(string)); one["total"] != invoice["total"] || one["type"] != "invoice" {
		t.Errorf("invoice: %v", one)
	}
	link := invoice["invoice_pdf"].(doc)["url"].(string)
	status, body, header := s.Do("GET "+link, "")
	pdf, _ := body.(string)
	if status != http.StatusOK || header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf, "%PDF-") || !strings.HasSuffix(pdf, "%%EOF\n") {
		t.Errorf("download: %d %v %.20q", status, header, pdf)
	}
	if !strings.Contains(pdf, invoice["invoice_number"].(string)) {
		t.Error("the PDF does not name the invoice")
	}
	other := s.Get(orgPath + "/invoices?page=2")["items"].([]any)[0].(doc)["id"].(string)
	s.refuse(http.StatusForbidden, "GET "+strings.Replace(link, invoice["id"].(string), other, 1), "")
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	orders := s.Get(orgPath + "/orders")["items"].([]any)
	running, last, paid := orders[0].(doc), orders[1].(doc), orders[2].(doc)
	if running["line_items"] != nil {
		t.Error("line items without mode=details")
	}
	path := orgPath + "/orders/" + last["id"].(string)
	d := s.Get(path + "?mode=details")
	sum := 0.0
	for _, l := range d["line_items"].([]any) {
		if l.(doc)["type"] == "project_subtotal" {
			sum += l.(doc)["total"].(float64)
		}
	}
	if total := d["total"].(float64); sum == 0 || total < sum*1.18 || total > sum*1.2 {
		t.Errorf("lines of %v and VAT do not make %v", sum, total)
	}
	if d := s.Want(http.StatusOK, "POST "+path+"/authorize", ""); d["type"] != "redirect_to_url" || d["redirect_to_url"].(doc)["url"] == "" {
		t.Errorf("authorize: %v", d)
	}
	for _, o := range []doc{running, paid} {
		s.refuse(http.StatusBadRequest, "POST "+orgPath+"/orders/"+o["id"].(string)+"/authorize", "")
	}
}

func TestVouchers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.Get(orgPath + "/estimate")["vouchers"]
	s.Want(http.StatusNoContent, "POST "+orgPath+"/vouchers/apply", toJSON(t, doc{"code": platformsh.VoucherCode}))
	s.refuse(http.StatusBadRequest, "POST "+soloPath+"/vouchers/apply", toJSON(t, doc{"code": platformsh.VoucherCode}))
	d := s.Get(orgPath + "/vouchers")
	if d["vouchers_total"] != "€300.00" || d["vouchers_remaining_balance"] != "€120.00" || len(d["vouchers"].([]any)) != 2 {
		t.Errorf("vouchers: %v", d)
	}
	if after := s.Get(orgPath + "/estimate")["vouchers"]; before != "€70.00" || after != "€120.00" {
		t.Errorf("estimate: %v, then %v", before, after)
	}
}

func TestEstimates(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.Get(orgPath + "/subscriptions/estimate?plan=standard&environments=4&storage=6144&user_licenses=2")
	if d["total"] != "€79.50" || d["plan"] != "€50.00" {
		t.Errorf("estimate: %v", d)
	}
	d = s.Get(soloPath + "/subscriptions/1000003/estimate?plan=medium&format=complex")
	if total := d["total"].(doc); total["amount"] != 97.0 || total["currency_code"] != "EUR" {
		t.Errorf("estimate of a change: %v", d)
	}
	if n := s.Get("/plans")["count"]; n != 6.0 {
		t.Errorf("%v plans", n)
	}
	if d := s.Get("/discounts/7001"); d["status"] != "active" || d["organization_id"] != platformsh.OrgAcme {
		t.Errorf("discount: %v", d)
	}
	if d := s.Get("/discounts/types/allowance"); len(d["currencies"].(doc)) != 5 {
		t.Errorf("allowance: %v", d)
	}
	if d := s.Get(orgPath + "/addons"); d["upgrades_available"] == nil {
		t.Errorf("addons: %v", d)
	}
	if d := s.Get(orgPath + "/prepayment"); d["prepayment"].(doc)["prepayment"].(doc)["sufficient"] != true || href(d, "transactions") == "" {
		t.Errorf("prepayment: %v", d)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	billing := orgPath + "/alerts/billing"
	s.Want(http.StatusOK, "PATCH "+billing, `{"active":true,"config":{"threshold":500}}`)
	d := s.Get(billing)
	if d["active"] != true || d["config"].(doc)["threshold"].(doc)["formatted"] != "€500.00" || d["config"].(doc)["mode"] != "monthly" {
		t.Errorf("billing alert: %v", d)
	}
	// Both paths show the same alerts.
	usage, older := orgPath+"/alerts/subscriptions/1000001/usage", "/alerts/subscriptions/1000001/usage"
	s.Want(http.StatusOK, "PATCH "+usage, `{"alerts":[{"id":"cpu","active":true,"config":{"threshold":70}},{"id":"storage","active":true}]}`)
	d = s.Get(older)
	if len(d["current"].([]any)) != 2 || len(d["available"].([]any)) != 2 {
		t.Fatalf("usage alerts: %v", d)
	}
	if cpu := d["current"].([]any)[0].(doc); cpu["config"].(doc)["threshold"].(doc)["amount"] != 70.0 {
		t.Errorf("cpu alert: %v", cpu)
	}
	s.Want(http.StatusOK, "PATCH "+older, `{"alerts":[{"id":"cpu","active":false}]}`)
	if d = s.Get(usage); len(d["current"].([]any)) != 1 {
		t.Errorf("after switching one off: %v", d)
	}
}
