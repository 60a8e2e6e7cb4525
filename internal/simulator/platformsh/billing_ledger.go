package platformsh

import (
	"fmt"
	"strconv"
	"time"
)

// ledger is how one organization is billed.
type ledger struct {
	address      Doc
	profile      Doc
	orders       []Doc // newest first, as all lists of months
	invoices     []Doc
	planRecords  []Doc
	usageRecords []Doc
	vouchers     []Doc
	discounts    []Doc
	prepayment   Doc // nil when the organization does not prepay
	transactions []Doc
	alert        Doc
}

func newLedger(org Doc, at time.Time) *ledger {
	return &ledger{
		address: newAddress(text(org, "country")),
		profile: Doc{
			"id": org["id"], "display_name": org["label"], "email": "", "username": org["name"], "type": "organization", "picture": "",
			"company_type": "company", "company_name": org["label"], "currency": "EUR", "vat_number": "", "company_role": "", "website_url": "",
			"new_ui": true, "ui_colorscheme": "default", "default_catalog": "", "project_options_url": "", "marketing": false,
			"created_at": stamp(at), "updated_at": stamp(at), "billing_contact": nil, "security_contact": nil, "current_trial": nil, "invoiced": false,
		},
		alert: Doc{"id": "billing", "active": false, "alerts_sent": 0, "last_alert_at": nil, "updated_at": stamp(at),
			"config": Doc{"threshold": money(10000), "mode": "monthly"}},
		vouchers: []Doc{}, planRecords: []Doc{}, usageRecords: []Doc{}, // not nil, which JSON shows as null
	}
}

// seedBilling fills the ledgers of the two demo organizations month by month, up to the running month.
func (s *Server) seedBilling(now time.Time) {
	acme := s.accounts.ledgers[OrgAcme]
	merge(acme.profile, Doc{"vat_number": "DE123456789", "billing_contact": "cleo@acme.example", "security_contact": "ada@acme.example"})
	for _, org := range []string{OrgAcme, OrgSolo} {
		months := 13
		if org == OrgSolo {
			months = 3
		}
		for back := range months {
			s.seedMonth(org, back, now)
		}
	}
	acme.vouchers = append(acme.vouchers, Doc{"code": "ACME-LAUNCH", "cents": 25000, "used": 18000})
	acme.discounts = []Doc{newDiscount(7001, OrgAcme, "startup", "Startup", "active", 40000, now.AddDate(0, -3, 0)),
		newDiscount(7000, OrgAcme, "allowance", "Allowance", "expired", 1500, now.AddDate(-2, 0, 0))}
	acme.prepayment = Doc{"organization_id": OrgAcme, "balance": money(118050), "last_updated_at": stamp(now.AddDate(0, 0, -20)),
		"sufficient": true, "fallback": "credit-card"}
	for i := range 13 {
		at := now.AddDate(0, -i, -20)
		t := Doc{"order_id": orderID(OrgAcme, at), "message": "Payment of the monthly order.", "status": "success", "amount": money(31950 + 400*i),
			"created": stamp(at), "updated": stamp(at), "expire_date": nil}
		if i%4 == 3 {
			merge(t, Doc{"order_id": "", "message": "Deposit.", "amount": money(150000), "expire_date": stamp(at.AddDate(2, 0, 0))})
		}
		acme.transactions = append(acme.transactions, t)
	}
}

func monthStart(now time.Time, back int) time.Time {
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -back, 0)
}

// orderID is the same for all times in one month.
func orderID(org string, at time.Time) string {
	n := 2_000_000
	if org == OrgSolo {
		n = 3_000_000
	}
	return fmt.Sprint(n + (at.Year()%100)*100 + int(at.Month()))
}

// seedMonth adds order, invoice and records of the month so many months ago. The running month has an order but no invoice;
// the one before waits for the bank's authorization of the payment.
func (s *Server) seedMonth(org string, back int, now time.Time) {
	l := s.accounts.ledgers[org]
	start := monthStart(now, back)
	end := monthStart(now, back-1)
	total := 0
	lines := []Doc{}
	for i, sub := range s.liveSubscriptions(org) {
		if created, err := parseTime(text(sub, "created_at")); err != nil || created.After(end) || sub["status"] != "active" {
			continue
		}
		users := len(s.projectUsers(text(sub, "project_id")))
		p := priceOf(text(sub, "plan"), whole(sub["environments"]), whole(sub["storage"]), users)
		total += p.total()
		lines = append(lines, orderLine(sub, "project_plan", "Plan "+text(sub, "plan"), "PLATFORM-PLAN", p.plan),
			orderLine(sub, "project_feature", "Environments, storage and users", "PLATFORM-EXTRA", p.total()-p.plan),
			orderLine(sub, "project_subtotal", "Project total", "", p.total()))
		l.planRecords = append(l.planRecords, Doc{
			"id": orderID(org, start) + fmt.Sprint(i), "owner": sub["owner"], "subscription_id": sub["id"], "sku": "PLATFORM-PLAN", "plan": sub["plan"],
			"options": []string{}, "start": stamp(start), "end": stamp(end), "status": "active",
		})
		for j, group := range []string{"storage", "environments", "user_licenses"} {
			l.usageRecords = append(l.usageRecords, Doc{
				"id": orderID(org, start) + fmt.Sprint(i, j), "subscription_id": sub["id"], "usage_group": group, "start": stamp(start),
				"quantity": []int{whole(sub["storage"]), whole(sub["environments"]), users}[j],
			})
		}
	}
	order := s.newOrder(org, start, end, total, lines)
	l.orders = append(l.orders, order)
	if back == 0 {
		order["status"], order["paid_on"], order["invoiced"] = "pending", nil, false
		return
	}
	status := "paid"
	if back == 1 {
		order["status"], order["paid_on"] = "pending", nil
		status = "pending"
	}
	l.invoices = append(l.invoices, newInvoice(l, order, status, end))
	if back == 5 {
		memo := newInvoice(l, order, "refunded", end.AddDate(0, 0, 9))
		merge(memo, Doc{"id": text(memo, "id") + "9", "invoice_number": "CM-" + text(order, "id"), "type": "credit_memo",
			"related_invoice_id": memo["id"], "total": -12.5, "notes": "Refund of an outage."})
		l.invoices = append(l.invoices, memo)
	}
}

func orderLine(sub Doc, kind, product, sku string, cents int) Doc {
	license, _ := strconv.Atoi(text(sub, "id")) // line items show subscription ids as numbers
	return Doc{
		"type": kind, "license_id": license, "project_id": sub["project_id"], "product": product, "sku": sku, "total": amount(cents),
		"total_formatted": euro(cents), "exclude_from_invoice": false, "components": Doc{"baseprice": Doc{
			"amount": amount(cents), "amount_formatted": euro(cents), "display_title": "Base price", "currency": "EUR"}},
	}
}

func (s *Server) newOrder(org string, start, end time.Time, net int, lines []Doc) Doc {
	l := s.accounts.ledgers[org]
	o, _ := s.accounts.organizations.Get(org)
	vat := net * vatPercent / 100
	return Doc{
		"id": orderID(org, start), "status": "completed", "owner": o["owner_id"], "address": clone(l.address), "company": o["label"],
		"vat_number": l.profile["vat_number"], "billing_period_start": stamp(start), "billing_period_end": stamp(end),
		"billing_period_label": Doc{"formatted": start.Format("January 2006"), "month": start.Format("January"), "year": start.Format("2006"),
			"next_month": end.Format("January")},
		"billing_period_duration": int(end.Sub(start).Seconds()), "paid_on": stamp(end.AddDate(0, 0, 2)), "total": amount(net + vat),
		"total_formatted": euro(net + vat), "components": Doc{"baseprice": money(net), "vat": money(vat)}, "currency": "EUR",
		"last_refreshed": stamp(end), "invoiced": true, "line_items": lines,
	}
}

func newInvoice(l *ledger, order Doc, status string, at time.Time) Doc {
	return Doc{
		"id": "7" + text(order, "id"), "invoice_number": "INV-" + text(order, "id"), "type": "invoice", "order_id": order["id"],
		"related_invoice_id": nil, "status": status, "owner": l.profile["id"], "invoice_date": stamp(at), "invoice_due": stamp(at.AddDate(0, 0, 14)),
		"created": stamp(at), "changed": stamp(at.AddDate(0, 0, 2)), "company": l.profile["company_name"], "total": order["total"],
		"address": clone(l.address), "notes": "",
	}
}
