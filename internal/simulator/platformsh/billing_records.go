package platformsh

import (
	"net/url"
	"strings"
)

func billingRecordRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/records/plan", (*Server).listPlanRecords},
		{"GET /organizations/{organization_id}/records/usage", (*Server).listUsageRecords},
	}
}

func (s *Server) listPlanRecords(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	return recordList(r, l.planRecords, "subscription_id", "plan", "status", "start", "end")
}

func (s *Server) listUsageRecords(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	return recordList(r, l.usageRecords, "subscription_id", "usage_group", "start")
}

func recordList(r *Request, docs []Doc, filters ...string) (Response, error) {
	q, err := recordQuery(r.Query)
	if err != nil {
		return Response{}, err
	}
	plain := *r
	plain.Query = q
	if docs, err = filterDocs(&plain, docs, filters...); err != nil {
		return Response{}, err
	}
	page, err := numberedPage(r, docs, "items", accountPage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

// recordQuery turns the pair filter[started_at][value]=DATE and filter[started_at][operator]=> of these two lists into the
// form of all others: filter[start][gt]=DATE.
func recordQuery(q url.Values) (url.Values, error) {
	out := url.Values{}
	names := strings.NewReplacer("[started_at]", "[start]", "[ended_at]", "[end]")
	operators := map[string]string{"": "eq", "=": "eq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
	for key, values := range q {
		if strings.HasSuffix(key, "[operator]") {
			continue
		}
		field, paired := strings.CutSuffix(key, "[value]")
		name := names.Replace(field)
		if paired {
			op, ok := operators[q.Get(field+"[operator]")]
			if !ok {
				return nil, InvalidField(field+"[operator]", "Use =, >, >=, < or <=.")
			}
			name += "[" + op + "]"
		}
		out[name] = append(out[name], values...)
	}
	return out, nil
}
