"""JupyterHub for many readers: each has pages of his own behind the Hub's login.

    jupyterhub --config deploy/jupyterhub_config.py

What a site sets stands in the environment; deploy/README.md says how.
"""

import os
import sys

c = get_config()  # noqa: F821  given by JupyterHub

# Who may read. Replace the authenticator by your own (LDAP, SAML, OAuth): nobody is let in until
# then, and nobody is anybody's administrator.
c.JupyterHub.authenticator_class = os.environ.get("HUB_AUTHENTICATOR", "null")
c.Authenticator.allow_all = os.environ.get("HUB_ALLOW_ALL") == "1"
c.Authenticator.allowed_users = set(os.environ.get("HUB_USERS", "").split())

# The Hub listens to this machine; a proxy with HTTPS stands before it.
c.JupyterHub.bind_url = os.environ.get("HUB_URL", "http://127.0.0.1:8000")
c.JupyterHub.hub_port = int(os.environ.get("HUB_PORT", "8081"))
state = os.environ.get("HUB_STATE", "hub-state")
os.makedirs(state, mode=0o700, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{state}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{state}/cookie_secret"

# The proxy is a process of its own, so that open pages outlive a restart of the Hub.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = os.environ.get("HUB_PROXY_API", "http://127.0.0.1:8001")
c.JupyterHub.cleanup_servers = False
c.JupyterHub.cleanup_proxy = False

# One process for each reader. Nobody can run code in the pages, so "simple" (no system account a
# reader) is enough for them; JupyterLab is code, and needs containers or system accounts.
spawner = os.environ.get("HUB_SPAWNER", "simple")
pages, lab = ["therapy-comparison", "hub"], ["jupyterhub-singleuser"]
c.JupyterHub.spawner_class = spawner
c.Spawner.cmd = pages
c.Spawner.default_url = "/"
c.Spawner.mem_limit = os.environ.get("HUB_MEMORY", "1G")
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.environment = {"PATH": os.environ["PATH"]}
c.JupyterHub.active_server_limit = int(os.environ.get("HUB_READERS", "30"))

# JupyterLab for members of this group, if they ask for it. Asked again at each start, so that a
# form sent by hand gives nobody more than the pages.
ANALYSTS = "analysts"


def may_code(spawner):
    """Whether this reader may run code, and the spawner keeps it apart from other readers."""
    apart = type(spawner).__name__ != "SimpleLocalProcessSpawner"
    return apart and any(group.name == ANALYSTS for group in spawner.user.groups)


def choice(spawner):
    """The question that an analyst is asked; nothing for the others."""
    if not may_code(spawner):
        return ""
    return (
        '<label><input type="radio" name="open" value="pages" checked> Pages</label> '
        '<label><input type="radio" name="open" value="lab"> JupyterLab</label>'
    )


def start(spawner):
    """Pages, or JupyterLab for those who may."""
    asked = spawner.user_options.get("open") == "lab"
    spawner.cmd = lab if asked and may_code(spawner) else pages


c.Spawner.options_form = choice
c.Spawner.options_from_form = lambda form: {"open": form.get("open", ["pages"])[0]}
c.Spawner.pre_spawn_hook = start

# A reader's process is stopped when no page of his has been open for this long. An open page calls
# every 30 seconds, so the limit stays well above that.
idle = int(os.environ.get("HUB_IDLE_SECONDS", "3600"))
c.JupyterHub.load_roles = [
    {
        "name": "culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["culler"],
    }
]
c.JupyterHub.services = [
    {
        "name": "culler",
        "command": [
            sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={idle}",
            f"--cull-every={max(10, idle // 6)}",
        ],
    }
]  # fmt: skip
