package apiclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// FileInfo describes an answer that is not JSON.
type FileInfo struct {
	ContentType string // as the platform calls it; logs are often application/gzip
	Name        string // as the platform proposes it, without a path; often empty
	Size        int64  // bytes
}

// File is an answer that is not JSON, with its bytes as they came: a compressed file stays compressed.
type File struct {
	FileInfo
	Bytes []byte
}

// returnsFile reports whether the row says that the answer is not JSON.
func returnsFile(op *schemas.Operation) bool { return op.Returns != "" && !isJSON(op.Returns) }

// Download makes the call of an operation that answers with a file and copies the file to w, without holding it in
// memory; more than most bytes are an error. It may take any time as long as bytes keep coming. After an error w may hold
// a part of the file, and nothing is sent again once the first byte is written. Errors are of type *Error.
func (c *Client) Download(ctx context.Context, r *Request, w io.Writer, most int64) (*FileInfo, error) {
	if err := c.serves(r); err != nil {
		return nil, err
	}
	if !returnsFile(r.Op) {
		return nil, c.complete(r, invalid(r.Op, "it does not answer with a file", "make it an ordinary call"))
	}
	a, err := c.do(ctx, r, reading{take: copyTo(w), max: most, file: true, long: true, passes: true})
	if err != nil {
		return nil, err
	}
	info, ok := a.Value.(*FileInfo)
	if !ok {
		return nil, c.complete(r, &Error{Kind: KindServer, Status: a.Status, RequestID: c.requestID(a.Header),
			Message: "the answer is JSON and not a file", Hint: "make it an ordinary call to see what the platform says"})
	}
	return info, nil
}

// takeFile keeps the answer as it is.
func takeFile(header http.Header, body io.Reader) (any, error) {
	if saysJSON(header) {
		return takeJSON(header, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return &File{fileInfo(header, int64(len(content))), content}, nil
}

// copyTo writes the answer to w.
func copyTo(w io.Writer) taker {
	return func(header http.Header, body io.Reader) (any, error) {
		if saysJSON(header) { // why there is no file; a longer answer is none that says so
			return takeJSON(header, io.LimitReader(body, maxProblem))
		}
		to := &watched{w: w}
		n, err := io.Copy(to, body)
		switch {
		case to.err != nil:
			return nil, &partialFile{KindInvalid, fmt.Sprintf("the file cannot be written: %v", to.err), "check the disk, then download it again"}
		case errors.Is(err, errTooLarge):
			return nil, err
		case err != nil && n > 0:
			return nil, &partialFile{KindUnavailable, fmt.Sprintf("the connection broke after %d bytes of the file", n), "download it again from the start"}
		case err != nil:
			return nil, err
		}
		info := fileInfo(header, n)
		return &info, nil
	}
}

// partialFile is a download that cannot be repeated, because a part of it has been written or nothing can be.
type partialFile struct {
	kind          Kind
	message, hint string
}

func (e *partialFile) Error() string { return e.message }

// watched remembers whether it was the writer that failed.
type watched struct {
	w   io.Writer
	err error
}

func (w *watched) Write(p []byte) (n int, err error) {
	n, err = w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

// saysJSON is strict, other than isJSON: a file may well be called text/plain.
func saysJSON(header http.Header) bool {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return media == typeJSON || strings.HasSuffix(media, "+json")
}

// fileInfo reduces the proposed name to its last step: it comes from outside and may be used to write a file.
func fileInfo(header http.Header, size int64) FileInfo {
	info := FileInfo{ContentType: header.Get("Content-Type"), Size: size}
	if _, params, err := mime.ParseMediaType(header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		info.Name = path.Base(strings.ReplaceAll(legible.Line(params["filename"]), `\`, "/"))
	}
	return info
}

// open sends a request whose answer is a file. A platform may keep the file elsewhere and answer with a link that holds
// its own permission, as a redirect or as JSON {"url"}. The link is followed once, with a new request: no credential, no
// header of the call and no Referer goes to the other host.
func (c *Client) open(request *http.Request) (*http.Response, error) {
	response, err := c.files.Do(request)
	if err != nil {
		return nil, err
	}
	link, err := linkOf(response)
	if link == "" || err != nil {
		return response, err
	}
	response.Body.Close()
	target, err := c.elsewhere(link)
	if err != nil {
		return nil, err
	}
	next := &http.Request{Method: http.MethodGet, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Accept": {"*/*"}, "User-Agent": {c.options.UserAgent}}}
	return c.http.Do(next.WithContext(request.Context()))
}

// linkOf is where the answer says that the file lies; empty when the answer is the file. What it reads of a JSON body
// is put back.
func linkOf(response *http.Response) (string, error) {
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		return response.Header.Get("Location"), nil
	}
	if response.StatusCode >= 300 || !saysJSON(response.Header) {
		return "", nil
	}
	body := response.Body
	start, err := io.ReadAll(io.LimitReader(body, maxProblem))
	if err != nil {
		body.Close()
		return "", err
	}
	value, _ := takeJSON(response.Header, bytes.NewReader(start))
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), body), body}
	return digText(value, "url"), nil
}

const linkHint = "the file lies where it cannot be fetched from: get it in the console of the platform"

// elsewhere checks the address of a file on another host. Only public https hosts with a name are accepted, since the
// address comes from outside and must not lead into the network around this machine; a simulator on the loopback
// interface may point to itself.
func (c *Client) elsewhere(link string) (*url.URL, error) {
	target, err := url.Parse(link)
	switch {
	case err != nil || target.Host == "" || target.User != nil:
		return nil, &redirectError{"the link to the file makes no sense", linkHint}
	case isLoopback(c.base.Hostname()) && isLoopback(target.Hostname()):
		return target, nil
	case target.Scheme != "https":
		return nil, &redirectError{fmt.Sprintf("refused to fetch the file over %s", clip(legible.Line(target.Scheme), 20)), linkHint}
	case !isPublicName(target.Hostname()):
		return nil, &redirectError{"refused to fetch the file from " + clip(legible.Line(target.Hostname()), 60), linkHint}
	}
	return target, nil
}

// isPublicName reports whether a host is a name with a dot and not an address. Every form of an IPv4 address that a
// resolver accepts ends in a number; no public name does.
func isPublicName(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Contains(host, ".") && !strings.Contains(host, ":") && last != "" &&
		strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x") && last != "local" && last != "localhost" && last != "internal"
}

// storageProblem is the failure of the host where the file lies. Its words are kept, its meaning is not the platform's:
// a 401 there says nothing about the account.
func storageProblem(a *answer) *Error {
	e := readProblem(a.Text, a.Status)
	e.Message = "the host of the file: " + e.Message
	switch {
	case a.Status < 500 && e.Kind != KindRateLimited:
		e.Kind, e.Hint = KindNotFound, "the link to the file has run out or the file is gone: repeat the call for a new link"
	case e.Kind != KindRateLimited:
		e.Kind, e.Hint = KindUnavailable, "the host of the file has a problem: try again in a minute"
	}
	return e
}

// idle bounds a transfer by the time since its last byte.
type idle struct {
	io.ReadCloser
	timer *time.Timer
	most  time.Duration
}

func (r *idle) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.timer.Reset(r.most)
	return n, err
}
