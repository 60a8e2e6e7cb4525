package virtuozzo

import "time"

// failure is an answer that a test has ordered.
type failure struct {
	err   *Error
	inner bool
}

// FailNext lets the next call of a method (environment/control.startenv) fail with a result number and a text instead of
// doing its work. Several failures of one method come in the order in which they were ordered.
func (s *Server) FailNext(method string, code int, text string) {
	s.addFailure(method, failure{err: fail(code, "%s", text)})
}

// FailNextInside is FailNext with a failure that only the inner response.result shows.
func (s *Server) FailNextInside(method string, code int, text string) {
	s.addFailure(method, failure{err: fail(code, "%s", text), inner: true})
}

func (s *Server) addFailure(method string, f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[method] = append(s.failures[method], f)
}

func (s *Server) takeFailure(method string) (failure, bool) {
	list := s.failures[method]
	if len(list) == 0 {
		return failure{}, false
	}
	s.failures[method] = list[1:]
	return list[0], true
}

// SetGatewayTimeout makes the hoster's proxy answer 504 to calls that block longer than d. The work goes on. Zero: never.
func (s *Server) SetGatewayTimeout(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway = d
}
