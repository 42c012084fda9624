package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
)

// Server shows the evidence under a validator's directory to anyone, for every subnet it validates:
//
//	GET /evidence/NETUID/EPOCH.json.gz
//	GET /evidence/NETUID/blob/SHA256
//	GET /evidence/NETUID/curve.json
//
// It shows what Release has let go and nothing else, follows no name that a caller made up, and keeps nothing in
// memory between requests.
type Server struct {
	Dir      string       // validator.Config.Dir
	Parallel int          // requests served at once; 16
	Log      *slog.Logger // nil: discarded

	slots lazySlots
}

// Run serves on ln until ctx ends; readers come again.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("show evidence on %s: %w", ln.Addr(), err)
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		neuron.WriteError(w, neuron.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", "evidence is read with GET"))
		return
	}
	netuid, name, ok := parsePath(r.URL.Path)
	if !ok {
		notFound(w)
		return
	}
	free, ok := s.slots.take(s.Parallel)
	if !ok {
		neuron.WriteError(w, neuron.Refuse(http.StatusServiceUnavailable, "busy", "too many readers at once: try again in a moment"))
		return
	}
	defer free()
	if err := s.serve(w, r, netuid, name); err != nil {
		if !errors.Is(err, fs.ErrNotExist) && s.Log != nil {
			s.Log.Error("evidence cannot be shown", "path", r.URL.Path, "error", err)
		}
		notFound(w)
	}
}

func notFound(w http.ResponseWriter) {
	neuron.WriteError(w, neuron.Refuse(http.StatusNotFound, "no_such_evidence", "there is no such evidence, it is no longer kept, or its vote is not revealed yet"))
}

// parsePath accepts "/evidence/NETUID/NAME" with one spelling of the number.
func parsePath(path string) (netuid uint16, name string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/evidence/")
	if !ok {
		return 0, "", false
	}
	number, name, ok := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(number, 10, 16)
	return uint16(n), name, ok && err == nil && strconv.FormatUint(n, 10) == number
}

// serve answers one request; an error means that nothing has been written.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, netuid uint16, name string) error {
	dir := storeDir(s.Dir, netuid)
	if name == "curve.json" {
		return serveCurve(w, r, dir, netuid)
	}
	i, err := readIndex(dir)
	if err != nil {
		return err
	}
	if number, ok := strings.CutSuffix(name, ".json.gz"); ok {
		epoch, err := strconv.ParseUint(number, 10, 64)
		if err != nil || strconv.FormatUint(epoch, 10) != number || !i.shows(func(e entry) bool { return e.Epoch == epoch }) {
			return fs.ErrNotExist
		}
		return serveFile(w, r, filePath(dir, epoch), "application/gzip")
	}
	spelled, ok := strings.CutPrefix(name, "blob/")
	d, valid := parseDigest(spelled)
	if !ok || !valid || !i.shows(func(e entry) bool { return slices.ContainsFunc(e.Blobs, func(b blob) bool { return b.Digest == d }) }) {
		return fs.ErrNotExist
	}
	return serveFile(w, r, filepath.Join(shelfDir(s.Dir, netuid), d.String()), "application/octet-stream")
}

// shows reports whether an entry that may be shown has the property.
func (i index) shows(has func(entry) bool) bool {
	return slices.ContainsFunc(i.Entries, func(e entry) bool { return e.Released && has(e) })
}

func serveFile(w http.ResponseWriter, r *http.Request, path, kind string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil
}

// serveCurve answers with the curve, an empty one where the subnet is validated but nothing is revealed yet.
func serveCurve(w http.ResponseWriter, r *http.Request, dir string, netuid uint16) error {
	if _, err := os.Stat(dir); err != nil {
		return err
	}
	text, err := durable.Read(curvePath(dir), 2*curveBytes)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = json.Marshal(Curve{Netuid: netuid, Points: []Point{}})
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(text) // an error here means that the caller left: nobody to tell
	}
	return nil
}
