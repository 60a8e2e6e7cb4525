package platformsh

import (
	"strconv"
	"time"
)

func billingCreditRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/vouchers", (*Server).listVouchers},
		{"POST /organizations/{organization_id}/vouchers/apply", (*Server).applyVoucher},
		{"GET /organizations/{organization_id}/discounts", (*Server).listDiscounts},
		{"GET /discounts/{id}", (*Server).getDiscount},
		{"GET /discounts/types/allowance", (*Server).getAllowance},
		{"GET /organizations/{organization_id}/prepayment", (*Server).getPrepayment},
		{"GET /organizations/{organization_id}/prepayment/transactions", (*Server).listTransactions},
	}
}

// VoucherCode can be applied once, by any organization.
const VoucherCode = "WELCOME-50"

var voucherCents = map[string]int{VoucherCode: 5000}

func (l *ledger) voucherBalance() int {
	n := 0
	for _, v := range l.vouchers {
		n += whole(v["cents"]) - whole(v["used"])
	}
	return n
}

func (s *Server) listVouchers(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	total := 0
	docs := each(l.vouchers, func(v Doc) Doc {
		total += whole(v["cents"])
		orders := []Doc{}
		if used := whole(v["used"]); used > 0 && len(l.orders) > 0 {
			o := l.orders[len(l.orders)-1]
			orders = append(orders, Doc{"order_id": o["id"], "status": o["status"], "billing_period_start": o["billing_period_start"],
				"billing_period_end": o["billing_period_end"], "order_total": o["total_formatted"], "order_discount": euro(used), "currency": "EUR"})
		}
		return Doc{"code": v["code"], "amount": euro(whole(v["cents"])), "currency": "EUR", "orders": orders}
	})
	left := l.voucherBalance()
	return OK(Doc{
		"uuid": r.UserID, "vouchers_total": euro(total), "vouchers_applied": euro(total - left), "vouchers_remaining_balance": euro(left),
		"currency": "EUR", "vouchers": docs, "_links": links("self", r.href(nil)),
	})
}

func (s *Server) applyVoucher(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("code", String))
	if err != nil {
		return Response{}, err
	}
	code := text(body, "code")
	for _, other := range s.accounts.ledgers {
		for _, v := range other.vouchers {
			if v["code"] == code {
				return Response{}, InvalidField("code", "The voucher has been used.")
			}
		}
	}
	cents, ok := voucherCents[code]
	if !ok {
		return Response{}, InvalidField("code", "No such voucher.")
	}
	l.vouchers = append(l.vouchers, Doc{"code": code, "cents": cents, "used": 0})
	return NoContent()
}

func newDiscount(id int, org, kind, label, status string, monthly int, start time.Time) Doc {
	amounts := func(cents int) Doc {
		return Doc{"monthly": money(cents), "commitment_period": money(12 * cents), "contract_total": money(12 * cents)}
	}
	return Doc{
		"id": id, "organization_id": org, "type": kind, "type_label": label, "status": status, "total_months": 12,
		"commitment": Doc{"months": 12, "amount": amounts(2 * monthly), "net": amounts(monthly)}, "discount": amounts(monthly), "config": Doc{},
		"start_at": stamp(start), "end_at": stamp(start.AddDate(1, 0, 0)),
	}
}

func (s *Server) listDiscounts(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	page, err := linkPage(r, each(l.discounts, clone), accountPage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

func (s *Server) getDiscount(r *Request) (Response, error) {
	for org, l := range s.accounts.ledgers {
		for _, d := range l.discounts {
			if strconv.Itoa(whole(d["id"])) == r.Param("id") && s.may(org, r.UserID, "billing") {
				return OK(d)
			}
		}
	}
	return Response{}, NotFound("Discount", r.Param("id"))
}

// getAllowance is what a first project gets free of charge, by currency.
func (s *Server) getAllowance(*Request) (Response, error) {
	currencies := Doc{}
	for code, symbol := range map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "AUD": "A$", "CAD": "C$"} {
		currencies[code] = Doc{"formatted": symbol + "15.00", "amount": 15, "currency": code, "currency_symbol": symbol}
	}
	return OK(Doc{"currencies": currencies})
}

func (s *Server) prepaid(r *Request) (*ledger, error) {
	l, err := s.ledger(r)
	if err != nil {
		return nil, err
	}
	if l.prepayment == nil {
		return nil, NotFound("Prepayment of organization", r.Param("organization_id"))
	}
	return l, nil
}

// getPrepayment nests its answer twice, as documented.
func (s *Server) getPrepayment(r *Request) (Response, error) {
	l, err := s.prepaid(r)
	if err != nil {
		return Response{}, err
	}
	return OK(Doc{"prepayment": Doc{"prepayment": l.prepayment},
		"_links": links("self", r.href(nil), "transactions", r.base()+r.HTTP.URL.EscapedPath()+"/transactions")})
}

func (s *Server) listTransactions(r *Request) (Response, error) {
	l, err := s.prepaid(r)
	if err != nil {
		return Response{}, err
	}
	page, err := linkPage(r, l.transactions, accountPage)
	if err != nil {
		return Response{}, err
	}
	page["count"] = len(l.transactions)
	return OK(rename(page, "transactions"))
}
