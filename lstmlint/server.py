"""A language server: an editor shows what lstmlint finds in the text that is being written.

It speaks the Language Server Protocol over standard input and output. pygls, which does the speaking, is imported here
and nowhere else, and is installed with `lstmlint[editor]`.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Sequence

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from lstmlint import __version__
from lstmlint.engine.errors import UsageError
from lstmlint.engine.lint import Outcome, lint_bytes
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.findings import Diagnostic, Severity
from lstmlint.rulebook import rule_book
from lstmlint.source import Span

DELAY = 0.2
"""Seconds without another change after which a text is linted."""
UNNAMED = "-"
"""The path of a text that is no file yet."""

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def serve(options: Options) -> None:
    """Serves one editor until it says that it is done."""
    gc.enable()
    gc.freeze()  # what has been imported stays
    server_for(options).start_io()


def server_for(options: Options) -> LanguageServer:
    """A server that lints what is opened, changed or saved."""
    server = LanguageServer("lstmlint", f"v{__version__}")
    linter = _Linter(server, options)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        linter.lint(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        await asyncio.sleep(DELAY)
        if linter.version(params.text_document.uri) == params.text_document.version:
            linter.lint(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        for uri in list(server.workspace.text_documents):  # what is saved may be imported by another
            linter.lint(uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        linter.publish(params.text_document.uri, ())

    return server


class _Linter:
    """Lints texts of the editor, and tells it what was found."""

    def __init__(self, server: LanguageServer, options: Options) -> None:
        self.server = server
        self.options = options
        self.troubles: set[str] = set()
        """What has been said to be wrong: once is enough."""

    def version(self, uri: str) -> int | None:
        """Which text of a document is the newest."""
        return self._document(uri).version

    def _document(self, uri: str) -> TextDocument:
        return self.server.workspace.get_text_document(uri)

    def lint(self, uri: str) -> None:
        """Lints the newest text of a document."""
        document = self._document(uri)
        path = os.path.abspath(uris.to_fs_path(uri) or "") if uri.startswith("file:") else UNNAMED
        try:
            finder = SettingsFinder(rule_book(), self.options)  # a configuration may have changed
            outcome = lint_bytes(document.source.encode("utf-8", "surrogatepass"), path, finder)
        except UsageError as problem:
            self._tell(str(problem))
            return
        for failure in outcome.failures:
            self._tell(f"{failure.path} could not be analysed: {failure.what}")
        self.publish(uri, [self._shown(each, uri, outcome) for each in outcome.diagnostics], document.version)

    def _tell(self, trouble: str) -> None:
        """Says what is wrong with a configuration, or with lstmlint."""
        if trouble not in self.troubles:
            self.troubles.add(trouble)
            message = types.ShowMessageParams(types.MessageType.Error, f"lstmlint: {trouble}")
            self.server.window_show_message(message)

    def publish(self, uri: str, found: Sequence[types.Diagnostic], version: int | None = None) -> None:
        """Says what is wrong with a text, in place of what was said before."""
        self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, list(found), version))

    def _shown(self, diagnostic: Diagnostic, uri: str, outcome: Outcome) -> types.Diagnostic:
        """A finding as the protocol has it."""

        def uri_of(span: Span) -> str:
            return uri if span.path == diagnostic.span.path else uris.from_fs_path(os.path.abspath(span.path)) or uri

        return types.Diagnostic(
            self._range(diagnostic.span, outcome),
            "\n".join(filter(None, (diagnostic.message, diagnostic.cure))),
            _SEVERITIES[diagnostic.severity],
            diagnostic.code,
            source="lstmlint",
            related_information=[
                types.DiagnosticRelatedInformation(
                    types.Location(uri_of(reason.span), self._range(reason.span, outcome)), reason.text
                )
                for reason in diagnostic.because
            ],
        )

    def _range(self, span: Span, outcome: Outcome) -> types.Range:
        """A stretch in lines from 0, and columns in the units that the editor counts in."""
        start = types.Position(span.line - 1, span.column - 1)
        end = types.Position(span.end_line - 1, span.end_column - 1)
        codec = self.server.workspace.position_codec
        return codec.range_to_client_units(list(outcome.lines(span.path)), types.Range(start, end))
