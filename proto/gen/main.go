// Command gen compiles the chain's protobuf files to Go with plugins pinned in go.mod, without protoc or a network:
//
//	go generate ./proto/...
//
// Imports come from the module cache. The output is committed; CI runs the command and expects no difference.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

const goModule = "github.com/dendra-net/dendra/"

// imports names the module and folder each group of foreign protobuf files lies in.
var imports = [][2]string{
	{"github.com/cosmos/cosmos-sdk", "proto"},
	{"github.com/cosmos/cosmos-proto", "proto"},
	{"github.com/cosmos/gogoproto", ""},
	{"github.com/grpc-ecosystem/grpc-gateway", "third_party/googleapis"},
}

var plugins = []struct{ tool, parameter string }{
	{"github.com/cosmos/gogoproto/protoc-gen-gocosmos", "plugins=grpc,Mgoogle/protobuf/any.proto=github.com/cosmos/gogoproto/types/any"},
	{"github.com/grpc-ecosystem/grpc-gateway/protoc-gen-grpc-gateway", "logtostderr=true,allow_colon_final_segments=true"},
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := output("go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	files, err := protoFiles(filepath.Join(root, "proto"))
	if err != nil {
		return err
	}
	set, err := compile(ctx, filepath.Join(root, "proto"), files)
	if err != nil {
		return err
	}
	for _, p := range plugins {
		// One package a request: the gateway plugin wants it so.
		for _, group := range byFolder(files) {
			if err := generate(root, p.tool, p.parameter, group, set); err != nil {
				return fmt.Errorf("%s: %w", p.tool, err)
			}
		}
	}
	return nil
}

func protoFiles(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".proto") {
			rel, relErr := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(rel))
			return relErr
		}
		return err
	})
	sort.Strings(files)
	return files, err
}

func byFolder(files []string) [][]string {
	groups := map[string][]string{}
	for _, f := range files {
		groups[filepath.Dir(f)] = append(groups[filepath.Dir(f)], f)
	}
	var out [][]string
	for _, g := range groups {
		out = append(out, g)
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	return out
}

// compile returns the descriptors of files and all they import, dependencies first.
func compile(ctx context.Context, own string, files []string) ([]*descriptorpb.FileDescriptorProto, error) {
	paths := []string{own}
	for _, im := range imports {
		dir, err := output("go", "list", "-m", "-f", "{{.Dir}}", im[0])
		if err != nil {
			return nil, err
		}
		paths = append(paths, filepath.Join(dir, im[1]))
	}
	c := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: paths}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	linked, err := c.Compile(ctx, files...)
	if err != nil {
		return nil, err
	}
	var out []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	var visit func(f protoreflect.FileDescriptor)
	visit = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			visit(f.Imports().Get(i).FileDescriptor)
		}
		out = append(out, protodesc.ToFileDescriptorProto(f))
	}
	for _, f := range linked {
		visit(f)
	}
	return out, nil
}

func generate(root, tool, parameter string, files []string, set []*descriptorpb.FileDescriptorProto) error {
	request, err := proto.Marshal(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: files, Parameter: &parameter, ProtoFile: set,
	})
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "tool", tool)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(request), os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		return err
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(raw, &response); err != nil {
		return err
	}
	if response.Error != nil {
		return errors.New(*response.Error)
	}
	for _, f := range response.File {
		name, ok := strings.CutPrefix(f.GetName(), goModule)
		if !ok {
			return fmt.Errorf("output outside the module: %s", f.GetName())
		}
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = io.MultiWriter(&stderr)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
