package apiclient

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"
)

// filenameArg is the argument (in: none) with which a row lets the caller name the file that it uploads.
const filenameArg = "filename"

// setMultipart writes the body and form parameters as multipart/form-data (RFC 7578). A parameter of format byte is
// a file given as base64; the others are plain fields. The boundary is derived from the content: a random one would give
// the same request another digest each time.
func (r *Request) setMultipart(args map[string]any) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	sum := sha256.New()
	fmt.Fprint(sum, args)
	if err := w.SetBoundary(fmt.Sprintf("paas-mcp-%x", sum.Sum(nil)[:16])); err != nil {
		return err
	}
	for i := range r.Op.Params {
		p := &r.Op.Params[i]
		value, given := args[p.Name]
		if !given || value == nil || p.In != "body" && p.In != "form" {
			continue
		}
		text, err := scalar(value)
		if err == nil && p.Format == "byte" {
			err = writeFile(w, p.WireName(), args[filenameArg], text)
		} else if err == nil {
			err = w.WriteField(p.WireName(), text)
		}
		if err != nil {
			return fmt.Errorf("argument %s: %w", p.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	r.ContentType, r.Body = w.FormDataContentType(), b.Bytes()
	return nil
}

func writeFile(w *multipart.Writer, field string, filename any, content string) error {
	data, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return errors.New("it is not the file's content in base64")
	}
	// Only the last step of a path: where the file lay on the caller's disk is nobody's business.
	name, _ := filename.(string)
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		name = "file"
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": field, "filename": name})},
		"Content-Type":        {http.DetectContentType(data)},
	})
	if err == nil {
		_, err = part.Write(data)
	}
	return err
}

// readableParts shows a multipart body to a reader: fields as they are, files as name and size.
func readableParts(body []byte, boundary string) map[string]any {
	object := map[string]any{}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if err != nil {
			return object
		}
		content, _ := io.ReadAll(part)
		if name := part.FileName(); name != "" {
			object[part.FormName()] = fmt.Sprintf("%s (%d bytes)", name, len(content))
		} else {
			object[part.FormName()] = string(content)
		}
	}
}
