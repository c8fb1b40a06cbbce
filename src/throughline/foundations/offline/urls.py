"""Where devices fetch keys and say what waits, and the pages about it. An entry itself goes to its own page."""

from django.urls import include, path

from throughline.foundations.offline import views

_offline = (
    [
        path("", views.waiting, name="waiting"),
        path("here/", views.here, name="here"),
        path("leases/", views.leases, name="leases"),
        path("leases/<uuid:lease_id>/keys/", views.lease_keys, name="keys"),
        path("leases/<uuid:lease_id>/seen/", views.seen, name="seen"),
        path("leases/<uuid:lease_id>/return/", views.give_back, name="return"),
        path("kept/", views.kept, name="kept"),
        path("kept/<uuid:entry_id>/", views.conflict, name="conflict"),
        path("stuck/", views.stuck, name="stuck"),
    ],
    "offline",
)

urlpatterns = [
    path("offline-worker.js", views.worker, name="offline_worker"),
    path("offline/", include(_offline)),
]
