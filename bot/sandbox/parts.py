"""Puts a local Slack together."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock
from bot.sandbox.api.app_endpoints import AppEndpoints
from bot.sandbox.api.fault_injection import FaultInjector
from bot.sandbox.api.gateway import Gateway
from bot.sandbox.api.response_urls import Responder
from bot.sandbox.config import SandboxConfig
from bot.sandbox.connections import Connections
from bot.sandbox.control import Control
from bot.sandbox.delivery import Delivery
from bot.sandbox.events import Events
from bot.sandbox.faults import Faults
from bot.sandbox.interactive_acts import PersonActs
from bot.sandbox.membership import Membership
from bot.sandbox.message_changes import MessageWriter
from bot.sandbox.modals import Modals
from bot.sandbox.pace import MethodLimits, Pace
from bot.sandbox.sockets import Sockets
from bot.sandbox.state import State
from bot.sandbox.stats import Stats
from bot.sandbox.triggers import ResponseUrls, Triggers
from bot.sandbox.ui.endpoints import UiEndpoints
from bot.sandbox.ui.page_state import PageReader
from bot.sandbox.ui.stream import PageStream
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Parts:
    """The parts that the web application and the server touch."""

    workspace: Workspace
    delivery: Delivery
    sockets: Sockets
    stream: PageStream
    connections: Connections
    fault_injector: FaultInjector
    app_endpoints: AppEndpoints
    ui_endpoints: UiEndpoints
    control: Control


def _workspace(
    config: SandboxConfig,
    url: str,
    state: State,
    events: Events,
    faults: Faults,
    sockets: Sockets,
    monotonic: Callable[[], float],
) -> Workspace:
    socket_url = f"ws://{url.partition('://')[2]}/socket/"
    return Workspace(
        config=config,
        url=url,
        state=state,
        messages=MessageWriter(state, events),
        modals=Modals(state),
        membership=Membership(state, events),
        triggers=Triggers(config.trigger_seconds, monotonic),
        response_urls=ResponseUrls(monotonic),
        pace=Pace(config.pace, config.burst, monotonic),
        method_limits=MethodLimits(config.calls_per_minute, monotonic),
        faults=faults,
        stats=Stats(),
        issue_socket_url=lambda: socket_url + sockets.issue_ticket(),
    )


def build_parts(config: SandboxConfig, url: str, clock: Clock, monotonic: Callable[[], float]) -> Parts:
    """A local Slack that will be served at `url`."""
    state, faults, connections = State(config, clock), Faults(), Connections()
    sockets = Sockets(config.bot.app_id, faults, state.notify)
    delivery = Delivery(config, clock, sockets, faults)
    events = Events(state, delivery.send_event)
    workspace = _workspace(config, url, state, events, faults, sockets, monotonic)
    fault_injector = FaultInjector(faults, workspace.stats, connections)
    responder = Responder(workspace)
    acts = PersonActs(workspace, delivery, events)
    return Parts(
        workspace=workspace,
        delivery=delivery,
        sockets=sockets,
        stream=PageStream(state),
        connections=connections,
        fault_injector=fault_injector,
        app_endpoints=AppEndpoints(workspace, Gateway(workspace), responder, fault_injector),
        ui_endpoints=UiEndpoints(workspace, acts, PageReader(state)),
        control=Control(workspace, delivery, sockets),
    )
